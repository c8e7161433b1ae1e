/** After so many attempts that failed by themselves an appointment is parked. An outage costs none. */
export const attemptsBeforeParking = 8

/** From so many begins without an outcome on, an appointment is tried alone: it may be what kills its worker. */
export const attemptsBeforeIsolation = 3

const firstDelayMs = 1_000
const longestDelayMs = 5 * 60_000

/** When to try again: doubling, up to five minutes, spread by `chance` (0 to 1) over its second half. */
export function retryDelayMs(attempts: number, chance: number): number {
  const delay = Math.min(firstDelayMs * 2 ** Math.max(0, attempts - 1), longestDelayMs)
  return Math.round(delay / 2 + (delay / 2) * chance)
}
