import type { InboundLedger } from './inbound.ts'
import { itemHandle } from './keys.ts'
import type { Listing, ListingCause, ListingProgress } from './listing.ts'
import type { MailboxLedger } from './mailboxes.ts'
import type { RestorationLedger } from './restorations.ts'
import type { Store } from './store.ts'

export type ListingLedger = {
  /** Everything is to be listed from the beginning: the cursor is of no use any more. */
  startListing(mailboxId: string, cause: ListingCause, nowMs: number): Promise<Listing>
  /** Somebody waits for a pass that begins from now on. It is asked for no more once one has begun. */
  askForListing(mailboxId: string): Promise<void>
  /** Notes what a page of the pass listed, and what differed. */
  noteListed(mailboxId: string, listing: Listing, page: ListedPage): Promise<void>
  /** Ids of items that appointments are linked to and that the pass did not list. Meaningful once it is complete. */
  missingItems(mailboxId: string, listing: Listing): Promise<string[]>
  /**
   * The pass is complete. After the first one deliveries that were put off until `heldUntilMs` are due, unless the
   * mailbox is restored. No effect if another pass began meanwhile.
   */
  endListing(mailboxId: string, listing: Listing, nowMs: number, heldUntilMs?: number): Promise<void>
  /** How far the newest pass is. */
  listingProgress(mailboxId: string): Promise<ListingProgress | undefined>
}

export type ListedPage = { readonly itemIds: readonly string[]; readonly appointmentIds: readonly string[] }

/** A pass that was given up, and the results of one that ended, are forgotten after this time. */
const KEPT_MS = 7 * 86_400_000
const AT_A_TIME = 500

type Needed = Pick<InboundLedger, 'linkedItems'> &
  Pick<RestorationLedger, 'restorationOf'> &
  Pick<MailboxLedger, 'byId'>

export function createListings(store: Store, { linkedItems, restorationOf, byId }: Needed): ListingLedger {
  const { keys, run, send, pipeline } = store
  const field = 'listing'

  return {
    async startListing(mailboxId, cause, nowMs) {
      const listing: Listing = { cause, startedAtMs: nowMs }
      await send((redis) =>
        redis
          .multi()
          .hset(keys.mailbox(mailboxId), field, JSON.stringify(listing))
          .hdel(keys.mailbox(mailboxId), 'cursor', 'asked')
          .exec(),
      )
      return listing
    },
    async askForListing(mailboxId) {
      await send((redis) => redis.hset(keys.mailbox(mailboxId), 'asked', 1))
    },
    async noteListed(mailboxId, { startedAtMs }, { itemIds, appointmentIds }) {
      const listed = keys.listed(mailboxId, startedAtMs)
      const differing = keys.differing(mailboxId, startedAtMs)
      await pipeline((commands) => {
        if (itemIds.length > 0) commands.sadd(listed, ...itemIds.map(itemHandle))
        if (appointmentIds.length > 0) commands.sadd(differing, ...appointmentIds)
        commands.pexpire(listed, KEPT_MS)
        commands.pexpire(differing, KEPT_MS)
      })
    },
    async missingItems(mailboxId, { startedAtMs }) {
      const linked = await linkedItems(mailboxId)
      const missing: string[] = []
      for (let from = 0; from < linked.length; from += AT_A_TIME) {
        const some = linked.slice(from, from + AT_A_TIME)
        const key = keys.listed(mailboxId, startedAtMs)
        const isListed = await send((redis) => redis.smismember(key, ...some.map(itemHandle)))
        missing.push(...some.filter((_, n) => isListed[n] === 0))
      }
      return missing
    },
    async endListing(mailboxId, listing, nowMs, heldUntilMs = nowMs) {
      const listed = keys.listed(mailboxId, listing.startedAtMs)
      const items = await send((redis) => redis.scard(listed))
      const ended = JSON.stringify({ ...listing, finishedAtMs: nowMs, items })
      const mailbox = await byId(mailboxId)
      const restored = mailbox && (await restorationOf(mailbox)).restoredSinceMs
      await run(
        'end-listing',
        [keys.mailbox(mailboxId), listed, ...keys.dues('deliveries', mailboxId)],
        [mailboxId, nowMs, JSON.stringify(listing), ended, heldUntilMs, restored ?? ''],
      )
      await send((redis) => redis.srem(keys.awaited, mailboxId))
    },
    listingProgress: (mailboxId) => progressOf(store, mailboxId),
  }
}

async function progressOf(
  { keys, send, pipeline }: Store,
  mailboxId: string,
): Promise<ListingProgress | undefined> {
  const stored = await send((redis) => redis.hget(keys.mailbox(mailboxId), 'listing'))
  if (stored === null) return undefined
  const { items: counted, ...listing } = JSON.parse(stored) as Listing & { items?: number }
  const { startedAtMs } = listing
  const items = counted ?? (await send((redis) => redis.scard(keys.listed(mailboxId, startedAtMs))))
  const ids = await send((redis) => redis.smembers(keys.differing(mailboxId, startedAtMs)))
  let waiting = 0
  for (let from = 0; from < ids.length; from += AT_A_TIME) {
    const marked = await pipeline((commands) => {
      for (const id of ids.slice(from, from + AT_A_TIME))
        commands.hexists(keys.appointment(mailboxId, id), 'mk')
    })
    waiting += marked.filter((isMarked) => isMarked === 1).length
  }
  return { ...listing, items, differing: ids.length, waiting }
}
