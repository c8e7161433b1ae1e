import { z } from 'zod'

/** The queues of a connection. Each holds mailboxes that have to be looked at for the sake of one kind of work. */
export const queueNames = ['outbound', 'inbound', 'deliveries'] as const
export type QueueName = (typeof queueNames)[number]

/** The queue in which the sweep of a connection is scheduled. */
export const maintenanceQueueName = 'maintenance'

/**
 * "Look at this mailbox again." The same for every queue, and nothing more: what there is to do is in the ledger, so a
 * job that waited, was repeated or was overtaken acts on the newest state, and no content ever lies in a queue.
 */
export const mailboxJobSchema = z.strictObject({ mailboxId: z.string().min(1).max(200) })
export type MailboxJob = z.infer<typeof mailboxJobSchema>

/** Where the keys of a queue begin. The braces keep all keys of one queue in one slot of a Redis Cluster. */
export function queuePrefix(prefix: string, ...names: string[]): string {
  return `{${[prefix, ...names].join(':')}}`
}
