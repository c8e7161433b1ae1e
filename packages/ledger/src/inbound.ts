import type { AppointmentRecord } from '@lockstep/domain'
import { packMark } from './codec/mark.ts'
import { recordOf, type StoredFields } from './codec/record.ts'
import { itemHandle, uidHandle } from './keys.ts'
import { linkedIn } from './linked.ts'
import type { Hearing, Known, MailboxState, Mark, Page, Sought, Streaming } from './ledger.ts'
import type { Listing } from './listing.ts'
import type { Store } from './store.ts'

export type InboundLedger = {
  mailboxState(mailboxId: string): Promise<MailboxState>
  /** Notes that Exchange refuses the mailbox; `sinceMs` stays when it was noted first. */
  refuseMailbox(mailboxId: string, code: string, nowMs: number): Promise<void>
  clearRefusal(mailboxId: string): Promise<void>
  /** What is known of these items and appointments, in two round trips. What is unknown is missing in the maps. */
  lookUp(mailboxId: string, sought: Sought): Promise<Known>
  /** The ids of all items that appointments of the mailbox are linked to, for a comparison with a whole listing. */
  linkedItems(mailboxId: string): Promise<string[]>
  /**
   * Takes a page of changes: marks, links and cursor in one step. `moved`: somebody else moved the cursor since, or an
   * appointment has another id by now; nothing was stored, read the state and look up again. After the last page of a
   * run, items that we made before it and that no page has shown are marked to be looked at.
   */
  applyPage(mailboxId: string, page: Page): Promise<'applied' | 'moved'>
  /**
   * Marks an appointment as one that has to be looked at for the application's sake. An older mark keeps its times;
   * kind and reason are the newest, and it is no longer parked.
   */
  mark(mailboxId: string, mark: Mark, nowMs: number): Promise<void>
  /** Keeps the time of a notification, unless one came since the last sync began. */
  noteNotified(mailboxId: string, nowMs: number): Promise<void>
  /** A sync begins: gives the time of the first notification since the last one, and forgets it. */
  takeNotified(mailboxId: string): Promise<number | undefined>
}

export function createInbound(store: Store): InboundLedger {
  const { keys, run, send } = store
  return {
    mailboxState: async (mailboxId) => stateOf(await send((redis) => redis.hgetall(keys.mailbox(mailboxId)))),
    refuseMailbox: async (mailboxId, code, nowMs) => {
      await store.pipeline((commands) => {
        commands.hset(keys.mailbox(mailboxId), 'refused', code)
        commands.hsetnx(keys.mailbox(mailboxId), 'since', nowMs)
      })
    },
    clearRefusal: async (mailboxId) => {
      await send((redis) => redis.hdel(keys.mailbox(mailboxId), 'refused', 'since'))
    },
    lookUp: (mailboxId, sought) => lookUp(store, mailboxId, sought),
    linkedItems: async (mailboxId) => (await linkedIn(store, mailboxId)).map(({ item }) => item.itemId),
    applyPage: (mailboxId, page) => applyPage(store, mailboxId, page),
    mark: (mailboxId, mark, nowMs) => markOne(store, mailboxId, mark, nowMs),
    noteNotified: async (mailboxId, nowMs) => {
      await send((redis) => redis.hsetnx(keys.mailbox(mailboxId), 'notified', nowMs))
    },
    takeNotified: async (mailboxId) => {
      const notified = await run('take-field', [keys.mailbox(mailboxId)], ['notified'])
      return notified === '' ? undefined : Number(notified)
    },
  }
}

function stateOf(stored: StoredFields): MailboxState {
  const { cursor, current, subscription, started, heard, refused, since, listing, hearing, streaming } =
    stored
  const { whole, asked } = stored
  const listedAt = whole ?? (listing === undefined ? undefined : listingOf(listing).finishedAtMs)
  return {
    ...(cursor !== undefined && { cursor }),
    ...(current !== undefined && { currentAtMs: Number(current) }),
    ...(subscription !== undefined && {
      subscription: { id: subscription, startedAtMs: Number(started), heardAtMs: Number(heard) },
    }),
    ...(hearing !== undefined && { hearing: JSON.parse(hearing) as Hearing }),
    ...(streaming !== undefined && { streaming: JSON.parse(streaming) as Streaming }),
    ...(listing !== undefined && { listing: listingOf(listing) }),
    ...(listedAt !== undefined && { listedAtMs: Number(listedAt) }),
    ...(asked !== undefined && { isListingAsked: true as const }),
    ...(refused !== undefined && { refused: { code: refused, sinceMs: Number(since) } }),
  }
}

function listingOf(stored: string): Listing {
  const { cause, startedAtMs, finishedAtMs } = JSON.parse(stored) as Listing
  return { cause, startedAtMs, ...(finishedAtMs !== undefined && { finishedAtMs }) }
}

async function lookUp(store: Store, mailboxId: string, sought: Sought): Promise<Known> {
  const { itemIds = [], uids = [], appointmentIds = [] } = sought
  const handles = [...itemIds.map(itemHandle), ...uids.map(uidHandle)]
  const index = store.keys.handles(mailboxId)
  const linked = handles.length > 0 ? await store.send((redis) => redis.hmget(index, ...handles)) : []
  const idOf = new Map(handles.map((handle, n) => [handle, linked[n]]))

  const records = await recordsOf(store, mailboxId, [
    ...linked.filter((id) => id !== null),
    ...appointmentIds,
  ])
  const known = (names: readonly string[], id: (name: string) => string | null | undefined) =>
    new Map(
      names.flatMap((name) => {
        const record = records.get(id(name) ?? '')
        return record ? [[name, record] as const] : []
      }),
    )
  return {
    byItemId: known(itemIds, (itemId) => idOf.get(itemHandle(itemId))),
    byUid: known(
      uids.map((uid) => uid.toLowerCase()),
      (uid) => idOf.get(uidHandle(uid)),
    ),
    byId: known(appointmentIds, (id) => id),
  }
}

/** By the ids that were asked for; a record that was renamed is found by its old id too. */
async function recordsOf(store: Store, mailboxId: string, ids: readonly string[]) {
  const wanted = [...new Set(ids)]
  const records = new Map<string, AppointmentRecord>()
  if (wanted.length === 0) return records

  const replies = (await store.pipeline((commands) => {
    for (const id of wanted) commands.hgetall(store.keys.appointment(mailboxId, id))
  })) as StoredFields[]
  for (const [n, id] of wanted.entries()) {
    const stored = replies[n]!
    if (stored['n'] !== undefined) {
      const renamed = await recordsOf(store, mailboxId, [stored['n']])
      for (const record of renamed.values()) records.set(id, record)
    } else if (Object.keys(stored).length > 0) records.set(id, recordOf(id, stored))
  }
  return records
}

async function applyPage(store: Store, mailboxId: string, page: Page): Promise<'applied' | 'moved'> {
  const { keys, run } = store
  const { before, after, isLast, marks, listed = [], nowMs } = page
  const reply = await run(
    'apply-page',
    [
      keys.mailbox(mailboxId),
      ...keys.dues('deliveries', mailboxId),
      keys.handles(mailboxId),
      keys.unlisted(mailboxId),
      ...marks.map(({ appointmentId }) => keys.appointment(mailboxId, appointmentId)),
    ],
    [
      mailboxId,
      nowMs,
      before ?? '',
      after,
      isLast ? '1' : '',
      listed.length,
      ...listed.map(itemHandle),
      ...marks.flatMap((mark) => [mark.appointmentId, ...packMark(mark, nowMs)]),
    ],
  )
  if (reply !== 1) return 'moved'
  if (isLast && page.startedAtMs !== undefined) await markUnlisted(store, mailboxId, page.startedAtMs, nowMs)
  return 'applied'
}

/** Clocks of several machines may differ by so much. */
const CLOCK_SKEW_MS = 1_000

/**
 * An item that was made before the run and that no page has shown is gone: what is made and deleted between two runs is
 * never reported. It is looked at.
 */
async function markUnlisted(store: Store, mailboxId: string, startedAtMs: number, nowMs: number) {
  const key = store.keys.unlisted(mailboxId)
  const ids = await store.send((redis) => redis.zrangebyscore(key, '-inf', startedAtMs - CLOCK_SKEW_MS))
  for (const appointmentId of ids) {
    await markOne(store, mailboxId, { appointmentId, kind: 'look' }, nowMs)
    await store.send((redis) => redis.zrem(key, appointmentId))
  }
}

async function markOne(store: Store, mailboxId: string, mark: Mark, nowMs: number): Promise<void> {
  const { keys, run } = store
  const { appointmentId } = mark
  const renamed = await run(
    'mark',
    [
      keys.appointment(mailboxId, appointmentId),
      ...keys.dues('deliveries', mailboxId),
      keys.handles(mailboxId),
    ],
    [appointmentId, mailboxId, nowMs, ...packMark(mark, nowMs)],
  )
  if (renamed !== '') await markOne(store, mailboxId, { ...mark, appointmentId: renamed as string }, nowMs)
}
