import { createExchange } from '@lockstep/exchange'
import { createLedger } from '@lockstep/ledger'
import { consume, createQueues, startSweeping } from '@lockstep/queue'
import {
  closeRedis,
  connectRedis,
  countBrakes,
  createDigest,
  createRegistry,
  type Logger,
  ready,
  startProbes,
  watchExchange,
} from '@lockstep/runtime'
import type { Config } from './config.ts'
import { createSettleBatch } from './settle-batch.ts'
import { createSettleMailbox } from './settle-mailbox.ts'

export type OutboundWorker = { url: string; close(limitMs?: number): Promise<void> }

/** Takes mailboxes from the outbound queue and makes Exchange hold what is wanted of their appointments. */
export async function startOutboundWorker(config: Config, log: Logger): Promise<OutboundWorker> {
  const { redisUrl, prefix } = config
  const redis = connectRedis(redisUrl, { role: 'ledger', log })
  const workerRedis = connectRedis(redisUrl, { role: 'worker', log })
  await ready(redis)
  const registry = createRegistry('outbound-worker')
  const ledger = createLedger(redis, { prefix })
  const exchange = createExchange(config.exchange, {
    redis,
    prefix,
    ...watchExchange(registry, log),
    onCircuit: (state) => log.warn({ state }, 'circuit'),
  })
  const onError = (error: Error) => log.warn({ err: error }, 'queue error')
  const queues = createQueues(redis, { prefix, onError })

  const settleBatch = createSettleBatch({
    ledger,
    gateway: exchange.gateway,
    digest: createDigest(config.fingerprintKey),
    log,
    settings: config.settings,
    onBraked: countBrakes(registry),
  })
  const consumer = consume(
    'outbound',
    createSettleMailbox({
      ledger,
      settleBatch,
      log,
      options: { ...config.slice, settingDefaults: config.settingDefaults },
    }),
    {
      redis: workerRedis,
      prefix,
      concurrency: config.concurrency,
      onError,
      onFailed: (mailboxId, error) => log.error({ mailboxId, err: error }, 'outbound job failed'),
      onStalled: (jobId) => log.warn({ jobId }, 'outbound job stalled'),
    },
  )
  const sweeping = startSweeping(ledger, queues, {
    redis: workerRedis,
    prefix,
    everyMs: config.sweepEveryMs,
    onError,
    onFailed: (task, error) => log.warn({ task, err: error }, 'maintenance failed'),
  })
  const probes = await startProbes({
    ...config.probes,
    variable: 'OUTBOUND_WORKER_PORT',
    name: 'outbound-worker',
    registry,
    checks: { redis: () => redis.ping(), queue: () => consumer.ready() },
  })

  return {
    url: probes.url,
    async close(limitMs = 4_000) {
      await Promise.all([consumer.close(limitMs), sweeping.close(limitMs)])
      await probes.close()
      await exchange.close()
      await queues.close()
      await Promise.all([closeRedis(workerRedis), closeRedis(redis)])
    },
  }
}
