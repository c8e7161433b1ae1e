const hourMs = 3_600_000

/** The clock hour, for which mails are counted. */
export function mailHourOf(nowMs: number): { readonly startMs: number; readonly endMs: number } {
  const startMs = nowMs - (nowMs % hourMs)
  return { startMs, endMs: startMs + hourMs }
}

/**
 * Whether so many more recipients may be mailed in the hour in which `sent` were. A meeting that is larger than the whole
 * budget is mailed first thing in an hour, or it never would be.
 */
export function fitsMailBudget(sent: number, recipients: number, budget: number): boolean {
  return recipients === 0 || sent === 0 || sent + recipients <= budget
}
