import { expect, test } from 'vitest'
import { sendWithinMs } from './late-call.ts'

test.each([
  [120_000, 30_000],
  [600_000, 30_000],
  [40_000, 10_000],
  [3_000, 2_000],
])('of %i ms that a lost call is waited for, it may go out for %i', (lateCallMs, withinMs) => {
  expect(sendWithinMs(lateCallMs)).toBe(withinMs)
})
