import type { Intent } from './record.ts'

const leastMs = 2_000
const mostMs = 30_000

/**
 * How long after its intent a write may still go out. What is left of `lateCallMs`, after which a create may be repeated,
 * is for the call to land.
 */
export function sendWithinMs(lateCallMs: number): number {
  return Math.min(Math.max(lateCallMs / 4, leastMs), mostMs)
}

/** Until when what was sent and not answered may still be carried out; `undefined` once that time is past. */
export function mayLandUntilMs(
  { atMs }: Intent,
  { lateCallMs, nowMs }: { readonly lateCallMs: number; readonly nowMs: number },
): number | undefined {
  const untilMs = atMs + lateCallMs
  return untilMs > nowMs ? untilMs : undefined
}
