import { asksOf, type Decision, isUnsettled } from '@lockstep/domain'
import { recordOf, type StoredFields } from './codec/record.ts'
import { uidHandle } from './keys.ts'
import type { Listing } from './listing.ts'
import type { Store } from './store.ts'

/**
 * An appointment that had an item before the ledger was lost, and has none; or one that is to go, and which item is its
 * own is in doubt.
 */
export type Unconfirmed = {
  readonly appointmentId: string
  /** What the application asks for. */
  readonly asks: 'create' | 'cancel'
  /** The item that `cancel` would delete; missing if it is not known which: all that carry its stamp. */
  readonly itemId?: string
  readonly version: number
  /** When the application made that version. */
  readonly madeAtMs: number
  readonly sinceMs: number
}

/** The code under which it is parked. */
export const UNCONFIRMED = 'UNCONFIRMED'

export type RebuildLedger = {
  /** What this ledger knows of the mailbox is not to be trusted: it is listed as if it were new, and counts as restored. */
  startRebuild(mailboxId: string, nowMs: number): Promise<Listing>
  /** What is without an item from now on is new. */
  endRebuild(mailboxId: string): Promise<void>
  /** Lists the appointment as unconfirmed for as long as it is parked as such. */
  noteUnconfirmed(mailboxId: string, appointmentId: string, nowMs: number): Promise<void>
  /** Those that are parked as unconfirmed, the first one first. */
  unconfirmed(mailboxId: string, limit: number): Promise<Unconfirmed[]>
  /** Decides an unconfirmed appointment, which is due now. Says whether it was one. */
  decide(mailboxId: string, appointmentId: string, decision: Decision, nowMs: number): Promise<boolean>
  /** These have an item now: what of them is unconfirmed is due. Says whether any was. */
  confirmFound(mailboxId: string, appointmentIds: readonly string[], nowMs: number): Promise<boolean>
  /**
   * The appointment is the one that was made in Exchange under that id, or with that UID: their records become one, now
   * or when it is found. An appointment that has an item of its own stays what it is.
   */
  alias(mailboxId: string, exchangeId: string, appointmentId: string): Promise<void>
}

export type RebuildOptions = { readonly tombstoneMs: number }

export function createRebuilds(
  store: Store,
  startListing: (mailboxId: string, cause: 'rebuild', nowMs: number) => Promise<Listing>,
  { tombstoneMs }: RebuildOptions,
): RebuildLedger {
  const { keys, run, send } = store
  const unpark = async (mailboxId: string, appointmentId: string, decision: string, nowMs: number) =>
    (await run(
      'decide',
      [keys.appointment(mailboxId, appointmentId), ...keys.dues('outbound', mailboxId)],
      [appointmentId, mailboxId, nowMs, decision, UNCONFIRMED],
    )) === 1

  return {
    async startRebuild(mailboxId, nowMs) {
      await store.pipeline((commands) => {
        commands.hdel(keys.mailbox(mailboxId), 'whole', 'rebuilt')
        commands.hset(keys.mailbox(mailboxId), 'restored', nowMs)
      })
      return startListing(mailboxId, 'rebuild', nowMs)
    },
    async endRebuild(mailboxId) {
      await store.pipeline((commands) => {
        commands.hset(keys.mailbox(mailboxId), 'rebuilt', 1)
        commands.hdel(keys.mailbox(mailboxId), 'restored')
      })
    },
    async noteUnconfirmed(mailboxId, appointmentId, nowMs) {
      await send((redis) => redis.zadd(keys.unconfirmed(mailboxId), 'NX', nowMs, appointmentId))
    },
    unconfirmed: (mailboxId, limit) => unconfirmed(store, mailboxId, limit),
    decide: unpark,
    async confirmFound(mailboxId, appointmentIds, nowMs) {
      if (appointmentIds.length === 0) return false
      const listed = await send((redis) => redis.zmscore(keys.unconfirmed(mailboxId), [...appointmentIds]))
      const found = appointmentIds.filter((_, n) => listed[n] !== null)
      const due = await Promise.all(found.map((id) => unpark(mailboxId, id, '', nowMs)))
      return due.includes(true)
    },
    alias: (mailboxId, exchangeId, appointmentId) =>
      alias(store, tombstoneMs, { mailboxId, exchangeId, appointmentId }),
  }
}

type Alias = { mailboxId: string; exchangeId: string; appointmentId: string }

async function alias(store: Store, tombstoneMs: number, { mailboxId, exchangeId, appointmentId }: Alias) {
  const { keys, send, run } = store
  const handle = uidHandle(exchangeId)
  const byUid = await send((redis) => redis.hget(keys.handles(mailboxId), handle))
  const former = byUid ?? exchangeId
  if (former === appointmentId) return
  await run(
    'alias',
    [
      keys.appointment(mailboxId, former),
      keys.appointment(mailboxId, appointmentId),
      keys.handles(mailboxId),
      keys.appointmentsDue('outbound', mailboxId),
      keys.appointmentsDue('deliveries', mailboxId),
    ],
    [former, appointmentId, tombstoneMs, handle],
  )
}

/** One that was settled meanwhile, or has an item and is not to go, is listed no more. */
async function unconfirmed(store: Store, mailboxId: string, limit: number): Promise<Unconfirmed[]> {
  const { keys, send, pipeline } = store
  const key = keys.unconfirmed(mailboxId)
  const found: Unconfirmed[] = []
  const over: string[] = []
  const listed = await send((redis) => redis.zrange(key, '0', '-1', 'WITHSCORES'))
  const ids = listed.filter((_, n) => n % 2 === 0)
  for (let from = 0; from < ids.length && found.length < limit; from += AT_A_TIME) {
    const some = ids.slice(from, from + AT_A_TIME)
    const stored = (await pipeline((commands) => {
      for (const id of some) commands.hgetall(keys.appointment(mailboxId, id))
    })) as StoredFields[]
    for (const [n, id] of some.entries()) {
      const question = questionOf(id, stored[n]!)
      if (!question) over.push(id)
      else if (stored[n]!['x'] === UNCONFIRMED && stored[n]!['p'] !== undefined)
        found.push({ ...question, sinceMs: Number(listed[2 * (from + n) + 1]) })
    }
  }
  if (over.length > 0) await send((redis) => redis.zrem(key, ...over))
  return found.slice(0, limit)
}

function questionOf(appointmentId: string, stored: StoredFields): Omit<Unconfirmed, 'sinceMs'> | undefined {
  const record = recordOf(appointmentId, stored)
  const { wanted, link } = record
  if (!wanted || !isUnsettled(record)) return undefined
  const { version, atMs: madeAtMs } = wanted
  const { item } = link
  const asks = asksOf(wanted)
  if (asks === 'create' && item) return undefined
  return { appointmentId, asks, ...(item && { itemId: item.itemId }), version, madeAtMs }
}

const AT_A_TIME = 500
