import { expect, test } from 'vitest'
import { mayLandUntilMs, sendWithinMs } from './late-call.ts'

test.each([
  [120_000, 30_000],
  [600_000, 30_000],
  [40_000, 10_000],
  [3_000, 2_000],
])('of %i ms that a lost call is waited for, it may go out for %i', (lateCallMs, withinMs) => {
  expect(sendWithinMs(lateCallMs)).toBe(withinMs)
})

test('a call that was not answered may land until then', () => {
  const intent = { version: 1, attempt: 'T1', atMs: 1_000 }
  expect(mayLandUntilMs(intent, { lateCallMs: 500, nowMs: 1_499 })).toBe(1_500)
  expect(mayLandUntilMs(intent, { lateCallMs: 500, nowMs: 1_500 })).toBeUndefined()
})
