import type { Store } from './store.ts'

/** One step on the way of a change. Holds no content. */
export type TrailStep =
  | 'accepted'
  | 'refused'
  | 'stale'
  | 'started'
  | 'written'
  | 'settled'
  | 'postponed'
  | 'parked'
  | 'notified'
  | 'synced'
  | 'read'
  | 'delivered'
  | 'echo'
  | 'withdrawn'
  | 'reversed'

export type TrailEntry = {
  readonly appointmentId: string
  readonly direction: 'outbound' | 'inbound'
  readonly step: TrailStep
  readonly atMs: number
  readonly version?: number
  readonly revision?: number
  readonly reason?: string
}

export type Trail = { readonly cursor: string; readonly entries: readonly TrailEntry[] }

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
