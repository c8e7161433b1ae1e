const leastMs = 2_000
const mostMs = 30_000

/**
 * How long after its intent a write may still go out. What is left of `lateCallMs`, after which a create may be repeated,
 * is for the call to land.
 */
export function sendWithinMs(lateCallMs: number): number {
  return Math.min(Math.max(lateCallMs / 4, leastMs), mostMs)
}
