import { type JobsOptions, Queue } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { type MailboxJob, mailboxJobSchema } from './contracts.ts'
import { jobOptions, oneAtATime } from './job-options.ts'
import { readySoon } from './ready-soon.ts'

export type Counts = { waiting: number; active: number; delayed: number; failed: number }

/** Redis is away, so a mailbox was not woken. Nothing is lost: the sweep wakes what is due in the ledger. */
export class QueueUnavailableError extends Error {
  override name = 'QueueUnavailableError'
}

export type WakeQueue = {
  /** Has the mailbox looked at again. @throws {QueueUnavailableError} at once, if Redis is away. */
  wake(mailboxId: string): Promise<void>
  /** For after the ledger said yes: never throws. Says whether the mailbox was woken; if not, the sweep will. */
  wakeQuietly(mailboxId: string): Promise<boolean>
  wakeAll(mailboxIds: readonly string[]): Promise<void>
  counts(): Promise<Counts>
  /** In Prometheus' text format, with these labels on every sample. */
  metrics(labels?: Record<string, string>): Promise<string>
  close(): Promise<void>
}

const BULK = 500

type Options = { name: string; prefix: string; redis: Redis | Cluster; onError: (error: Error) => void }

export function createWakeQueue({ name, prefix, redis, onError }: Options): WakeQueue {
  let opened: Promise<Queue<MailboxJob>> | undefined

  /** Made when Redis is there for the first time: a BullMQ queue that did not find Redis never finds it again. */
  async function open(): Promise<Queue<MailboxJob>> {
    if (!(await readySoon(redis))) throw new QueueUnavailableError(`The queue ${name} is unavailable`)
    opened ??= openQueue({ name, prefix, redis, onError })
    return opened.catch((error: unknown) => {
      opened = undefined
      throw error
    })
  }

  async function withQueue<Result>(use: (queue: Queue<MailboxJob>) => Promise<Result>): Promise<Result> {
    const queue = await open()
    return use(queue).catch((error: unknown) => {
      throw new QueueUnavailableError(`The queue ${name} is unavailable`, { cause: error })
    })
  }

  const wakeAll: WakeQueue['wakeAll'] = async (mailboxIds) => {
    const jobs = [...new Set(mailboxIds)].map(jobFor)
    for (let at = 0; at < jobs.length; at += BULK) {
      await withQueue((queue) => queue.addBulk(jobs.slice(at, at + BULK)))
    }
  }

  return {
    wake: (mailboxId) => wakeAll([mailboxId]),
    wakeQuietly: (mailboxId) =>
      wakeAll([mailboxId]).then(
        () => true,
        () => false,
      ),
    wakeAll,
    counts: () =>
      withQueue(
        async (queue) => (await queue.getJobCounts('waiting', 'active', 'delayed', 'failed')) as Counts,
      ),
    metrics: (labels) => withQueue((queue) => queue.exportPrometheusMetrics(labels)),
    close: async () => opened?.then((queue) => queue.close()).catch(() => {}),
  }
}

async function openQueue({ name, prefix, redis, onError }: Options): Promise<Queue<MailboxJob>> {
  const queue = new Queue<MailboxJob>(name, {
    connection: redis,
    prefix,
    defaultJobOptions: jobOptions,
    skipWaitingForReady: true,
  })
  queue.on('error', onError)
  await queue.waitUntilReady()
  return queue
}

function jobFor(mailboxId: string): { name: string; data: MailboxJob; opts: JobsOptions } {
  return { name: 'look', data: mailboxJobSchema.parse({ mailboxId }), opts: oneAtATime(mailboxId) }
}
