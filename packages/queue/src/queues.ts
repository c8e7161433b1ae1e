import { producerClient, type RedisSource } from './clients.ts'
import { type QueueName, queueNames, queuePrefix } from './contracts.ts'
import { mergedMetrics } from './merged-metrics.ts'
import { createWakeQueue, type WakeQueue } from './wake-queue.ts'

export type Queues = Readonly<Record<QueueName, WakeQueue>> & {
  /** What Prometheus may know of all of them. */
  metrics(): Promise<string>
  close(): Promise<void>
}

export type QueuesOptions = {
  /** First part of every key. */
  prefix: string
  /** The Exchange organisation that the mailboxes belong to. */
  connection?: string
  /** Hears of trouble with Redis; it passes by itself. */
  onError?: (error: Error) => void
}

/** The queues of one connection, for waking mailboxes. They share one client. */
export function createQueues(source: RedisSource, options: QueuesOptions): Queues {
  const { prefix, connection = 'default', onError = () => {} } = options
  const client = producerClient(source, onError)
  const open = (name: QueueName) =>
    createWakeQueue({ name, prefix: queuePrefix(prefix, connection, name), redis: client.redis, onError })

  const queues = { outbound: open('outbound'), inbound: open('inbound'), deliveries: open('deliveries') }
  const all = queueNames.map((name) => queues[name])
  return {
    ...queues,
    metrics: async () => mergedMetrics(await Promise.all(all.map((queue) => queue.metrics({ connection })))),
    close: async () => {
      await Promise.all(all.map((queue) => queue.close()))
      await client.close()
    },
  }
}
