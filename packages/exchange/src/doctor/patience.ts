/** So many that hear nothing, and none that does: then the way in is shut, for all. */
const enough = 3
const shortMs = 2_000

export type Patience = { waitMs(): number; learn(heard: boolean): void }

/**
 * How long each of many waits for its notification. Where none comes at all nobody waits to the end: that Exchange does
 * not reach the ingress says nothing of the single mailbox, and would make a thousand of them take hours.
 */
export function createPatience(waitMs: number): Patience {
  let missed = 0
  let isHeard = false
  return {
    waitMs: () => (isHeard || missed < enough ? waitMs : Math.min(waitMs, shortMs)),
    learn(heard: boolean) {
      if (heard) isHeard = true
      else missed += 1
    },
  }
}
