const firstRevisionMs = Date.UTC(2025, 0)

/** The least revision of what is told at that time. Seconds since 2025: a number that fits into 32 bits for a while. */
export function revisionAt(epochMs: number): number {
  return Math.max(0, Math.floor((epochMs - firstRevisionMs) / 1_000))
}
