import { eventually } from '@lockstep/runtime/testing'
import { expect } from 'vitest'

const hourMs = 3_600_000
const neededMs = 30_000

/** Resolves when the hour lasts a while yet: what is counted for each hour would begin anew in the middle of a test. */
export async function amidTheHour(): Promise<void> {
  await eventually(() => expect(hourMs - (Date.now() % hourMs)).toBeGreaterThan(neededMs), 2 * neededMs)
}
