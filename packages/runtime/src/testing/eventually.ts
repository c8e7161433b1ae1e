import { vi } from 'vitest'

/** Waits until `assertion` stops throwing, and gives back what it returned. Use it instead of sleeping. */
export async function eventually<Result>(
  assertion: () => Result | Promise<Result>,
  timeoutMs = 90_000,
): Promise<Result> {
  return vi.waitFor(assertion, { timeout: timeoutMs, interval: 20 })
}
