import type { Trail, TrailEntry } from './ledger.ts'
import type { Store } from './store.ts'

export type TrailLedger = {
  /** Notes steps on the way of a mailbox's changes. Some 500 are kept, for a day after the last one. */
  note(mailboxId: string, entries: readonly TrailEntry[]): Promise<void>
  /** The steps after a cursor, the oldest first; without a cursor the newest ones. */
  trail(mailboxId: string, options: { readonly after?: string; readonly limit: number }): Promise<Trail>
}

const KEPT = 500
const KEPT_MS = 86_400_000

export function createTrail({ keys, send, pipeline }: Store): TrailLedger {
  return {
    async note(mailboxId, entries) {
      if (entries.length === 0) return
      const key = keys.trail(mailboxId)
      await pipeline((commands) => {
        for (const entry of entries) {
          commands.xadd(key, 'MAXLEN', '~', KEPT, '*', 'e', JSON.stringify(entry))
        }
        commands.pexpire(key, KEPT_MS)
      })
    },
    async trail(mailboxId, { after, limit }) {
      const key = keys.trail(mailboxId)
      const found = await send((redis) =>
        after === undefined
          ? redis.xrevrange(key, '+', '-', 'COUNT', limit).then((newest) => newest.toReversed())
          : redis.xrange(key, `(${after}`, '+', 'COUNT', limit),
      )
      return {
        cursor: found.at(-1)?.[0] ?? after ?? '0-0',
        entries: found.map(([, fields]) => JSON.parse(fields[1]!) as TrailEntry),
      }
    },
  }
}
