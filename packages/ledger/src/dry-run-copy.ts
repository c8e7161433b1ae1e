import { mailHourOf } from '@lockstep/domain'
import type { Listing } from './listing.ts'
import type { Store } from './store.ts'

/** What dry runs work on. What of it there is, is noted with it: nobody has to look for it among all keys. */
export type DryRunCopy = {
  /** Copies what is known of the mailbox. */
  begin(mailboxId: string, nowMs: number): Promise<void>
  /** Copies these records too, unless they are: no index leads to what was never in Exchange. */
  include(mailboxId: string, appointmentIds: readonly string[]): Promise<void>
  /** A pass over the whole mailbox begins in the copy. */
  includeListing(mailboxId: string, startedAtMs: number): Promise<void>
  drop(mailboxId: string): Promise<void>
}

export const COPY_KEPT_MS = 3_600_000
const AT_A_TIME = 500

/** The keys of a mailbox of which there is one each; not those of the dry run itself, trail, settings and sealed values. */
const single = ['m', 'h', 'o', 'd', 'xo', 'xd', 'u', 'w', 'p']

export function createDryRunCopy(store: Store, copy: Store): DryRunCopy {
  const { send, pipeline } = store

  /** Kinds of keys, or kind and rest of one: `a:APP-1`. */
  async function take(mailboxId: string, names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length; from += AT_A_TIME) {
      const some = names.slice(from, from + AT_A_TIME)
      await pipeline((commands) => {
        commands.sadd(copy.keys.copied(mailboxId), ...some)
        commands.pexpire(copy.keys.copied(mailboxId), COPY_KEPT_MS)
        for (const name of some) {
          const to = copy.keys.ofMailbox(mailboxId, name)
          commands.copy(store.keys.ofMailbox(mailboxId, name), to)
          commands.pexpire(to, COPY_KEPT_MS)
        }
      })
    }
  }

  const self: DryRunCopy = {
    async begin(mailboxId, nowMs) {
      const listing = await send((redis) => redis.hget(store.keys.mailbox(mailboxId), 'listing'))
      const startedAtMs = listing === null ? undefined : (JSON.parse(listing) as Listing).startedAtMs
      const records = (await idsIn(store, mailboxId)).map((id) => `a:${id}`)
      const passes = startedAtMs === undefined ? [] : [`l:${startedAtMs}`, `f:${startedAtMs}`]
      await take(mailboxId, [...single, `q:${mailHourOf(nowMs).startMs}`, ...passes, ...records])
    },
    async include(mailboxId, appointmentIds) {
      const names = [...new Set(appointmentIds)].map((id) => `a:${id}`)
      if (names.length === 0) return
      const known = await send((redis) => redis.smismember(copy.keys.copied(mailboxId), ...names))
      await take(
        mailboxId,
        names.filter((_, n) => known[n] === 0),
      )
    },
    async includeListing(mailboxId, startedAtMs) {
      await send((redis) => redis.sadd(copy.keys.copied(mailboxId), `l:${startedAtMs}`, `f:${startedAtMs}`))
    },
    async drop(mailboxId) {
      const copied = copy.keys.copied(mailboxId)
      const names = await send((redis) => redis.smembers(copied))
      const keys = [...new Set([...single, ...names])].map((name) => copy.keys.ofMailbox(mailboxId, name))
      for (let from = 0; from < keys.length; from += AT_A_TIME)
        await send((redis) => redis.del(...keys.slice(from, from + AT_A_TIME)))
      // Last of all, so that one that was interrupted goes on.
      await send((redis) => redis.del(copied, copy.keys.trail(mailboxId)))
      for (const work of ['outbound', 'inbound', 'deliveries'] as const)
        await send((redis) => redis.zrem(copy.keys.mailboxesDue(work, mailboxId), mailboxId))
    },
  }
  return self
}

/** The appointments that any index of the mailbox names. */
async function idsIn({ keys, pipeline }: Store, mailboxId: string): Promise<string[]> {
  const sorted = [
    keys.appointmentsDue('outbound', mailboxId),
    keys.appointmentsDue('deliveries', mailboxId),
    keys.unlisted(mailboxId),
    keys.unconfirmed(mailboxId),
    keys.parked(mailboxId),
  ]
  const replies = await pipeline((commands) => {
    commands.hvals(keys.handles(mailboxId))
    for (const key of sorted) commands.zrange(key, '0', '-1')
  })
  return [...new Set((replies as string[][]).flat())]
}
