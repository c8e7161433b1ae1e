import type { Hearing, Way } from './ledger.ts'
import type { Store } from './store.ts'

export type HearingLedger = {
  /** Keeps by which way the mailbox's changes are heard of. */
  saveHearing(mailboxId: string, hearing: Hearing): Promise<void>
  /** How many mailboxes are heard of by each way. */
  countWays(): Promise<Record<Way, number>>
}

export function createHearing({ keys, send }: Store): HearingLedger {
  return {
    async saveHearing(mailboxId, hearing) {
      await send((redis) => redis.hset(keys.mailbox(mailboxId), 'hearing', JSON.stringify(hearing)))
      await send((redis) => redis.hset(keys.ways, mailboxId, hearing.way))
    },
    async countWays() {
      const counts: Record<Way, number> = { push: 0, streaming: 0, poll: 0 }
      for (const way of await send((redis) => redis.hvals(keys.ways))) counts[way as Way] += 1
      return counts
    },
  }
}
