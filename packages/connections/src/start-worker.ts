import { type Exchange, type ExchangeConfig } from '@lockstep/exchange'
import { consume, type Consumer, type MailboxHandler, type QueueName, startSweeping } from '@lockstep/queue'
import {
  closeRedis,
  connectRedis,
  createMetrics,
  type Logger,
  type Outages,
  type RedisConnection,
  startProbes,
  untilReady,
  watchOutages,
} from '@lockstep/runtime'
import { attemptExchange } from './attempt-exchange.ts'
import { holdConnections, type Running } from './hold-connections.ts'
import type { Deployment } from './load-deployment.ts'
import { type Connection, openConnection } from './open-connection.ts'
import { watchDeployment } from './watch-deployment.ts'
import { watchSwitch } from './watch-switch.ts'

/** The configuration of a worker process. */
export type WorkerConfig = {
  readonly redisUrl: string
  readonly prefix: string
  readonly waitReplicas: number
  readonly probes: { readonly port: number; readonly host: string }
}

/** What a worker needs to know of each connection. */
export type WorkedConfig = { readonly exchange: ExchangeConfig; readonly concurrency: number }

/** What a worker does for one connection. */
export type Work = {
  readonly queues: Readonly<Partial<Record<QueueName, MailboxHandler>>>
  /** The endpoint answers again. */
  onCircuitClosed?(): void
  close?(): Promise<void>
}

export type WorkerOptions<Config> = {
  readonly name: string
  /** The variable that sets the port of the probes. */
  readonly portVariable: string
  /** What it takes care of, and says when it is switched off. */
  readonly direction: 'outbound' | 'inbound'
  readonly deployment: Deployment<WorkerConfig, Config>
  readonly log: Logger
  begin(connection: Connection & { exchange: Exchange }, config: Config): Work | Promise<Work>
  /** Reads everything anew, to find what changed while it runs. */
  readonly reload?: (() => Deployment<unknown, Config>) | undefined
}

export type WorkerProcess = { url: string; close(limitMs?: number): Promise<void> }

/** A process that takes mailboxes from the queues of its connections. It waits for Redis, and is not ready until then. */
export async function startWorker<Config extends WorkedConfig>(
  options: WorkerOptions<Config>,
): Promise<WorkerProcess> {
  const { name, deployment, log } = options
  const { redisUrl, prefix, waitReplicas } = deployment.service
  const outages = watchOutages(log)
  const redis = connectRedis(redisUrl, { role: 'ledger', log, outages })
  const workerRedis = connectRedis(redisUrl, { role: 'worker', log, outages })
  const metrics = createMetrics(name)
  const shared = { redis, outages, prefix, waitReplicas, names: deployment.names, log, metrics }
  const held = holdConnections<Config>({
    log,
    begin: (connection, config) =>
      work(options, openConnection(connection, shared), { config, workerRedis, outages }),
    attempt: (connection, { exchange }, before) =>
      attemptExchange(connection, { exchange, before: before?.exchange }, shared),
  })
  const watching = watchDeployment({ deployment, held, reload: options.reload, metrics, log })
  const probes = await startProbes({
    ...deployment.service.probes,
    variable: options.portVariable,
    name,
    registry: metrics,
    checks: { redis: () => redis.ping(), queues: () => held.ready() },
    notes: watching.notes,
  })
  await untilReady(redis)
  await held.start(deployment.connections)

  return {
    url: probes.url,
    async close(limitMs = 4_000) {
      await watching.close()
      await held.close(limitMs)
      await probes.close()
      await Promise.all([closeRedis(workerRedis), closeRedis(redis)])
    },
  }
}

type Working<Config> = { config: Config; workerRedis: RedisConnection; outages: Outages }

async function work<Config extends WorkedConfig>(
  { deployment, direction, begin }: WorkerOptions<Config>,
  connection: Connection,
  { config, workerRedis, outages }: Working<Config>,
): Promise<Running> {
  const { name, ledger, queues, log, registry } = connection
  const { prefix } = deployment.service
  const exchange = connection.openExchange(config.exchange, (state) => {
    if (state === 'closed') begun.onCircuitClosed?.()
  })
  watchSwitch(registry, { direction, read: () => ledger.switchedOff(direction) })
  const begun = await begin({ ...connection, exchange }, config)
  const hooks = hooksOf(log, outages)
  const consuming = { redis: workerRedis, prefix, connection: name, concurrency: config.concurrency }
  const consumers = (Object.entries(begun.queues) as [QueueName, MailboxHandler][]).map(([queue, handle]) =>
    consume(queue, handle, { ...consuming, ...hooks.of(queue) }),
  )
  const sweeping = startSweeping(ledger, queues, {
    redis: workerRedis,
    prefix,
    connection: name,
    onError: hooks.onError,
    onFailed: (task, error) =>
      outages.isToBlame(error) || log.warn({ task, err: error }, 'maintenance failed'),
  })
  return {
    ready: () => Promise.all(consumers.map((consumer) => consumer.ready())),
    async close(limitMs) {
      await Promise.all([...consumers, sweeping].map((each: Pick<Consumer, 'close'>) => each.close(limitMs)))
      await begun.close?.()
      await exchange.close()
      await connection.close()
    },
  }
}

/** What comes of an outage of Redis is not told besides: a job that failed of it is due again. */
function hooksOf(log: Logger, outages: Outages) {
  const onError = (error: Error) => outages.isToBlame(error) || log.warn({ err: error }, 'queue error')
  return {
    onError,
    of: (queue: QueueName) => ({
      onError,
      onFailed: (mailboxId: string, error: Error) =>
        outages.isToBlame(error) || log.error({ queue, mailboxId, err: error }, 'job failed'),
      onStalled: (jobId: string) => log.warn({ queue, jobId }, 'job stalled'),
    }),
  }
}
