import { type BrakeReason, brakeReason, type BrakeRules, type Deletions } from '@lockstep/domain'
import type { Keys } from './keys.ts'
import type { Store } from './store.ts'

/** A direction of a mailbox that somebody stopped: nothing of it is begun until it is released. */
export type Brake = { readonly reason: BrakeReason; readonly atMs: number } & Deletions

/** The work that a brake stops. */
export type BrakedWork = 'outbound' | 'deliveries'

export type BrakeLedger = {
  /**
   * Counts deletions that are about to be made. If they are more than the rules allow, none of them may be made: the
   * brake is on then, and given back. What is due stays due, and comes to its turn once the brake is released. For a
   * window after a release nothing is counted.
   */
  countDeletions(work: BrakedWork, mailboxId: string, deleting: Deleting): Promise<Brake | undefined>
  brakeOf(work: BrakedWork, mailboxId: string): Promise<Brake | undefined>
  /** Lets go on what was stopped: what is due now is done, and the window starts anew. Says whether it was stopped. */
  release(work: BrakedWork, mailboxId: string, nowMs: number): Promise<boolean>
}

export type Deleting = {
  readonly appointmentIds: readonly string[]
  readonly nowMs: number
  readonly rules: BrakeRules
}

/** Fields of the mailbox. */
export const brakeField = (work: BrakedWork) => `brake:${work}`
const releasedField = (work: BrakedWork) => `released:${work}`

export function createBrakes(store: Store): BrakeLedger {
  const { keys, send } = store
  return {
    countDeletions: async (work, mailboxId, deleting) => {
      const deletions = await count(store, work, mailboxId, deleting)
      const reason = deletions && brakeReason(deletions, deleting.rules)
      if (!reason) return undefined
      const brake: Brake = { reason, atMs: deleting.nowMs, ...deletions }
      await send((redis) => redis.hsetnx(keys.mailbox(mailboxId), brakeField(work), JSON.stringify(brake)))
      return brake
    },
    brakeOf: async (work, mailboxId) => {
      const stored = await send((redis) => redis.hget(keys.mailbox(mailboxId), brakeField(work)))
      return stored === null ? undefined : (JSON.parse(stored) as Brake)
    },
    release: async (work, mailboxId, nowMs) => {
      const reply = await store.run(
        'release-brake',
        [keys.mailbox(mailboxId), keys.deletions(work, mailboxId), ...keys.dues(work, mailboxId)],
        [mailboxId, nowMs, brakeField(work), releasedField(work)],
      )
      return reply === 1
    },
  }
}

/** What was deleted within the window, these included; `undefined` if the brake was released less than a window ago. */
async function count(
  { keys, pipeline, send }: Store,
  work: BrakedWork,
  mailboxId: string,
  { appointmentIds, nowMs, rules: { windowMs } }: Deleting,
): Promise<Deletions | undefined> {
  const released = await send((redis) => redis.hget(keys.mailbox(mailboxId), releasedField(work)))
  if (released !== null && Number(released) + windowMs > nowMs) return undefined

  const key = keys.deletions(work, mailboxId)
  const replies = await pipeline((commands) => {
    commands.zremrangebyscore(key, '-inf', nowMs - windowMs)
    commands.zadd(key, ...appointmentIds.flatMap((id) => [nowMs, id]))
    commands.pexpire(key, windowMs)
    commands.zcard(key)
    commands.hget(keys.handles(mailboxId), linkedCount)
  })
  const deleted = Number(replies[3])
  const linked = Math.max(0, Number(replies[4] ?? 0))
  return { deleted, held: linked + deleted - appointmentIds.length }
}

/** The field of the handles that counts the appointments which are linked to an item: include/relink.lua. */
export const linkedCount = '#'

/** What is due of an appointment's work, and nothing at all while that is braked. */
export async function dueIds(
  { keys, pipeline }: { keys: Keys; pipeline: Store['pipeline'] },
  work: BrakedWork,
  mailboxId: string,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): Promise<string[]> {
  const [isBraked, ids] = (await pipeline((commands) => {
    commands.hexists(keys.mailbox(mailboxId), brakeField(work))
    commands.zrangebyscore(keys.appointmentsDue(work, mailboxId), '-inf', nowMs, 'LIMIT', 0, limit)
  })) as [number, string[]]
  return isBraked === 1 ? [] : ids
}
