import { expect, test } from 'vitest'
import { retryDelayMs } from './retry.ts'

test.each([
  [1, 500, 1_000],
  [2, 1_000, 2_000],
  [5, 8_000, 16_000],
  [9, 128_000, 256_000],
  [10, 150_000, 300_000],
  [5_000, 150_000, 300_000],
  [0, 500, 1_000],
])('after %d attempts the next one comes in %d to %d ms', (attempts, soonest, latest) => {
  expect([retryDelayMs(attempts, 0), retryDelayMs(attempts, 1)]).toEqual([soonest, latest])
  expect(retryDelayMs(attempts, 0.5)).toBe((soonest + latest) / 2)
})
