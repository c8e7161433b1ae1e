import { Queue } from 'bullmq'
import { type RedisSource, workerClient } from './clients.ts'
import { maintenanceQueueName, queuePrefix } from './contracts.ts'
import { jobOptions, workerTiming } from './job-options.ts'
import { isReady } from './ready-soon.ts'
import { StoppableWorker } from './stoppable-worker.ts'

export type Task = () => Promise<void>

export type MaintenanceOptions = {
  prefix: string
  /** The Exchange organisation whose mailboxes the tasks are about: each has its own schedule. */
  connection?: string
  /** How often the tasks run in the whole deployment, however many processes there are. */
  everyMs?: number
  /** Run one after the other. One that fails does not keep the others from running. */
  tasks: Readonly<Record<string, Task>>
  onError?: (error: Error) => void
  onFailed?: (task: string, error: Error) => void
} & ({ redisUrl: string } | { redis: RedisSource })

export type Maintenance = { close(limitMs?: number): Promise<boolean> }

const SCHEDULER = 'tick'
/** How often it is made sure that the schedule is still there: Redis may have lost it. */
const CHECK_EVERY_MS = 5_000

/**
 * Takes part in the maintenance of a connection: at each tick one of the processes that called this runs its tasks,
 * so all of them have to bring the same ones. A tick that takes longer than `everyMs` may overlap with the next one,
 * in another process; a killed process costs no tick, since the next one is scheduled when one starts.
 */
export function startMaintenance(options: MaintenanceOptions): Maintenance {
  const { connection = 'default', everyMs = 1_000, tasks, onError = () => {}, onFailed = () => {} } = options
  const client = workerClient('redis' in options ? options.redis : options.redisUrl, onError)
  const where = {
    connection: client.redis,
    prefix: queuePrefix(
      options.prefix,
      ...(connection === 'default' ? [] : [connection]),
      maintenanceQueueName,
    ),
  }

  const queue = new Queue(maintenanceQueueName, where)
  queue.on('error', onError)
  const schedule = () => void ensureSchedule(queue, everyMs).catch(onError)
  schedule()
  client.redis.on('ready', schedule)
  const timer = setInterval(schedule, CHECK_EVERY_MS)

  const run = async () => {
    for (const [name, task] of Object.entries(tasks)) {
      await Promise.try(task).catch((error: Error) => onFailed(name, error))
    }
  }
  const worker = new StoppableWorker(maintenanceQueueName, run, { ...where, ...workerTiming, concurrency: 1 })
  worker.on('error', onError)

  return {
    close: async (limitMs = 5_000) => {
      clearInterval(timer)
      client.redis.off('ready', schedule)
      const ended = await worker.stop(limitMs, isReady(client.redis))
      await queue.close().catch(onError)
      await client.close()
      return ended
    },
  }
}

async function ensureSchedule(queue: Queue, everyMs: number): Promise<void> {
  const known = await queue.getJobScheduler(SCHEDULER)
  if (known?.every === everyMs) return
  await queue.upsertJobScheduler(SCHEDULER, { every: everyMs }, { name: SCHEDULER, opts: jobOptions })
}
