import type { Streaming } from './ledger.ts'
import type { Store } from './store.ts'

export type ListeningLedger = {
  /** Gives the mailbox a place in a group of those that are listened to over one connection. It keeps it until it leaves. */
  joinGroup(mailboxId: string, mostMembers: number): Promise<string>
  leaveGroup(mailboxId: string): Promise<void>
  /** Its group, if the mailbox has a place in one. */
  groupOf(mailboxId: string): Promise<string | undefined>
  /** All groups with their members, and the subscriptions that these were last known to have. */
  listeningGroups(): Promise<ReadonlyMap<string, readonly GroupMember[]>>
  /** Becomes or stays the owner of a group for so long; says whether it is, so that there is never more than one. */
  holdGroup(group: string, owner: string, leaseMs: number): Promise<boolean>
  releaseGroup(group: string, owner: string): Promise<void>
  /** Keeps the subscription for the owner after this one. */
  saveStreamingId(mailboxId: string, subscriptionId: string | undefined): Promise<void>
  /** Notes whether these mailboxes are listened to. */
  noteStreaming(mailboxIds: readonly string[], streaming: Streaming): Promise<void>
}

export type GroupMember = { readonly mailboxId: string; readonly subscriptionId?: string }

export function createListening({ keys, run, send }: Store): ListeningLedger {
  const { groupOf, groupSizes, streamingIds } = keys.listening
  return {
    joinGroup: async (mailboxId, mostMembers) =>
      String(await run('join-group', [groupOf, groupSizes], [mailboxId, mostMembers])),
    leaveGroup: async (mailboxId) => {
      await run('leave-group', [groupOf, groupSizes, streamingIds], [mailboxId])
    },
    groupOf: async (mailboxId) => (await send((redis) => redis.hget(groupOf, mailboxId))) ?? undefined,
    async listeningGroups() {
      const [groups, ids] = await Promise.all([
        send((redis) => redis.hgetall(groupOf)),
        send((redis) => redis.hgetall(streamingIds)),
      ])
      const byGroup = Map.groupBy(Object.entries(groups), ([, group]) => group)
      const memberOf = ([mailboxId]: readonly [string, string]): GroupMember => {
        const subscriptionId = ids[mailboxId]
        return { mailboxId, ...(subscriptionId !== undefined && { subscriptionId }) }
      }
      return new Map([...byGroup].map(([group, members]) => [group, members.map(memberOf)]))
    },
    holdGroup: async (group, owner, leaseMs) =>
      (await run('hold-group', [keys.listening.owner(group)], [owner, leaseMs])) === 1,
    releaseGroup: async (group, owner) => {
      await run('release-group', [keys.listening.owner(group)], [owner])
    },
    saveStreamingId: async (mailboxId, subscriptionId) => {
      if (subscriptionId === undefined) await send((redis) => redis.hdel(streamingIds, mailboxId))
      else await send((redis) => redis.hset(streamingIds, mailboxId, subscriptionId))
    },
    noteStreaming: async (mailboxIds, streaming) => {
      const stored = JSON.stringify(streaming)
      await send((redis) =>
        Promise.all(mailboxIds.map((mailboxId) => redis.hset(keys.mailbox(mailboxId), 'streaming', stored))),
      )
    },
  }
}
