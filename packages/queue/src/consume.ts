import { type Job, Queue } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { type RedisSource, workerClient } from './clients.ts'
import { type MailboxJob, mailboxJobSchema, type QueueName, queuePrefix } from './contracts.ts'
import { jobOptions, oneAtATime, workerTiming } from './job-options.ts'
import { isReady } from './ready-soon.ts'
import { StoppableWorker } from './stoppable-worker.ts'

/** `again`: progress was made and more is due now, so the mailbox queues up once more, behind the others. */
export type SliceResult = 'again' | 'done'

/**
 * Works through a mailbox for a bounded time. The signal says that the job is not ours any more (another worker may
 * have it by now) or that the process has to stop: start nothing new.
 */
export type MailboxHandler = (job: MailboxJob, signal: AbortSignal) => Promise<SliceResult>

export type ConsumeHooks = {
  /** Trouble between the queue and Redis; it passes by itself. */
  onError?: (error: Error) => void
  /** A handler threw. What it worked on is due again in the ledger. */
  onFailed?: (mailboxId: string, error: Error) => void
  /** A worker died or hung with the job in hand, and it starts anew. */
  onStalled?: (jobId: string) => void
}

export type ConsumeOptions = ConsumeHooks & {
  prefix: string
  connection?: string
  /** Mailboxes at a time in this process. */
  concurrency: number
} & ({ redisUrl: string } | { redis: RedisSource })

export type Consumer = {
  /** Resolves once jobs are being taken. */
  ready(): Promise<void>
  /**
   * Takes no more jobs and waits for those in hand, at most for `limitMs`; then their signals abort. Says whether all
   * of them ended; those that did not are taken over by another worker.
   */
  close(limitMs?: number): Promise<boolean>
}

/** Handles the mailboxes that are woken in a queue, one job at a time for each, until it is closed. */
export function consume(name: QueueName, handle: MailboxHandler, options: ConsumeOptions): Consumer {
  const { connection = 'default', concurrency, onError = () => {}, onFailed, onStalled } = options
  const client = workerClient('redis' in options ? options.redis : options.redisUrl, onError)
  const prefix = queuePrefix(options.prefix, connection, name)
  const requeue = requeueIn({ name, prefix, redis: client.redis, onError })

  // BullMQ makes a signal only for a function that declares three parameters.
  async function run(job: Job<MailboxJob>, _token?: string, signal?: AbortSignal): Promise<void> {
    const data = mailboxJobSchema.parse(job.data)
    try {
      if ((await handle(data, signal!)) === 'again') await requeue.wake(data.mailboxId)
    } catch (error) {
      onFailed?.(data.mailboxId, error as Error)
      // Redis keeps the message of what is thrown here, so it may say the kind of the failure and no more.
      throw new Error((error as Error).name, { cause: error })
    }
  }

  const worker = new StoppableWorker<MailboxJob>(name, run, {
    connection: client.redis,
    prefix,
    concurrency,
    ...workerTiming,
  })
  worker.on('error', onError)
  if (onStalled) worker.on('stalled', onStalled)
  worker.on('lockRenewalFailed', (jobIds) => jobIds.forEach((id) => worker.cancelJob(id, 'the lock is lost')))

  return {
    ready: () => worker.waitUntilReady(),
    close: async (limitMs = 10_000) => {
      const ended = await worker.stop(limitMs, isReady(client.redis))
      await requeue.close()
      await client.close()
      return ended
    },
  }
}

type Requeue = { name: string; prefix: string; redis: Redis | Cluster; onError: (error: Error) => void }

/** Re-adds a mailbox from inside its own active job: BullMQ keeps it and makes the job when this one ends. */
function requeueIn({ name, prefix, redis, onError }: Requeue) {
  const queue = new Queue<MailboxJob>(name, {
    connection: redis,
    prefix,
    defaultJobOptions: jobOptions,
    skipMetasUpdate: true,
  })
  queue.on('error', onError)
  return {
    wake: async (mailboxId: string) =>
      void (await queue.add('look', { mailboxId }, oneAtATime(mailboxId)).catch(onError)),
    close: async () => queue.close().catch(onError),
  }
}
