import type { Cluster, Redis } from 'ioredis'
import type { Work } from './work.ts'
import type { ListeningLedger } from './listening.ts'
import type { Store } from './store.ts'
import type { SubscriptionLedger } from './subscriptions.ts'

export type ForgetLedger = {
  /**
   * The mailbox is enabled no more: from now on it is not found, and its notifications are unknown. The inbound work is
   * due, to erase what is left. Says whether it was enabled.
   */
  forget(mailboxId: string, nowMs: number): Promise<boolean>
  /**
   * Nobody has this mailbox enabled, and something of it is due all the same: a slice outlived its ledger, or was in hand
   * when it was forgotten. That is due no more; the inbound work is, to erase what is left.
   */
  disown(work: Work, mailboxId: string, nowMs: number): Promise<void>
  /** Since when the mailbox is being erased, if it is. */
  leavingSince(mailboxId: string): Promise<number | undefined>
  /**
   * Erases everything of the mailbox but that it is leaving, and what the changes feed holds of it: others count on its
   * numbers, and entries of an unknown mailbox are passed over until they end.
   */
  wipe(mailboxId: string): Promise<void>
  /** Nothing is left to be done: erases everything, and that it was leaving. */
  endLeaving(mailboxId: string): Promise<void>
}

export function createForget(
  store: Store,
  { endSubscription, leaveGroup, dropDryRunCopy }: Ends,
): ForgetLedger {
  const { keys, run, send } = store
  const { all, due, ended } = keys.enablings
  const ledger: ForgetLedger = {
    async forget(mailboxId, nowMs) {
      const subscriptionId = await send((redis) => redis.hget(keys.mailbox(mailboxId), 'subscription'))
      const forgotten = await run(
        'forget',
        [keys.addresses, keys.mailboxes, keys.leaving, all, due, ended, keys.awaited],
        [mailboxId, nowMs],
      )
      if (subscriptionId !== null) await endSubscription(mailboxId, subscriptionId)
      await send((redis) => redis.zadd(keys.mailboxesDue('inbound', mailboxId), 'LT', nowMs, mailboxId))
      return forgotten === 1
    },
    async disown(work, mailboxId, nowMs) {
      await store.pipeline((commands) => {
        commands.zrem(keys.mailboxesDue(work, mailboxId), mailboxId)
        commands.zadd(keys.mailboxesDue('inbound', mailboxId), 'LT', nowMs, mailboxId)
      })
    },
    async leavingSince(mailboxId) {
      const since = await send((redis) => redis.hget(keys.leaving, mailboxId))
      return since === null ? undefined : Number(since)
    },
    async wipe(mailboxId) {
      await leaveGroup(mailboxId)
      await send((redis) => redis.hdel(keys.ways, mailboxId))
      await dropDryRunCopy(mailboxId)
      await wipeKeys(store, mailboxId)
      for (const work of ['outbound', 'inbound', 'deliveries'] as const)
        await send((redis) => redis.zrem(keys.mailboxesDue(work, mailboxId), mailboxId))
    },
    async endLeaving(mailboxId) {
      await ledger.wipe(mailboxId)
      await send((redis) => redis.hdel(keys.leaving, mailboxId))
    },
  }
  return ledger
}

type Ends = Pick<SubscriptionLedger, 'endSubscription'> &
  Pick<ListeningLedger, 'leaveGroup'> & { dropDryRunCopy(mailboxId: string): Promise<void> }

const KEYS_AT_A_TIME = 1_000

/** All keys of a mailbox lie in one slot, but no index lists them: that is asked for rarely, so they are looked for. */
async function keysOfMailbox({ keys, send }: Store, mailboxId: string): Promise<string[]> {
  const { scanned, isOurs } = keys.allOfMailbox(mailboxId)
  return send(async (redis) => {
    const ours = new Set<string>()
    for await (const found of scan(redis, scanned)) for (const key of found) if (isOurs(key)) ours.add(key)
    return [...ours]
  })
}

async function dropKeysOf(store: Store, mailboxId: string): Promise<void> {
  const ours = await keysOfMailbox(store, mailboxId)
  for (let from = 0; from < ours.length; from += KEYS_AT_A_TIME) {
    await store.send((redis) => redis.del(...ours.slice(from, from + KEYS_AT_A_TIME)))
  }
}

async function wipeKeys(store: Store, mailboxId: string): Promise<void> {
  const { keys, send } = store
  await dropKeysOf(store, mailboxId)
  await send(async (redis) => {
    // Tokens of former subscriptions are known for another minute. They lie in any slot.
    for await (const found of scan(redis, keys.allTokens)) {
      const owners = await Promise.all(found.map((key) => redis.get(key)))
      const ours = found.filter((_, n) => owners[n] === mailboxId)
      await Promise.all(ours.map((key) => redis.del(key)))
    }
  })
}

async function* scan(redis: Redis | Cluster, pattern: string): AsyncGenerator<string[]> {
  for (const node of nodesOf(redis)) {
    let cursor = '0'
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_AT_A_TIME)
      if (found.length > 0) yield found
      cursor = next
    } while (cursor !== '0')
  }
}

function nodesOf(redis: Redis | Cluster): Redis[] {
  return 'nodes' in redis ? redis.nodes('master') : [redis]
}
