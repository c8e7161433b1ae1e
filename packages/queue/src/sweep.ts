import { type QueueName, queueNames } from './contracts.ts'
import type { WakeQueue } from './wake-queue.ts'

type SweepOptions = {
  /** The mailboxes that have unsettled state of this kind that is due, those that waited longest first. */
  dueMailboxes: (work: QueueName, nowMs: number, limit: number) => Promise<readonly string[]>
  queues: Readonly<Record<QueueName, Pick<WakeQueue, 'wakeAll'>>>
  nowMs: number
  /** At most so many of each kind at a time. Those that are left are found when the first have been taken in hand. */
  limit?: number
}

/**
 * Wakes every mailbox whose state is due. The one mechanism that serves lost wake-ups, retries and postponements.
 * Says how many were woken for each kind of work.
 */
export async function sweepDue({ dueMailboxes, queues, nowMs, limit = 1_000 }: SweepOptions) {
  const sweep = async (work: QueueName) => {
    const due = await dueMailboxes(work, nowMs, limit)
    await queues[work].wakeAll(due)
    return [work, due.length] as const
  }
  return Object.fromEntries(await Promise.all(queueNames.map(sweep))) as Record<QueueName, number>
}
