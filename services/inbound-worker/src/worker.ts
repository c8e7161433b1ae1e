<<<<<<< HEAD
import { createExchange } from '@lockstep/exchange'
import { createLedger, keepMailboxes, type Ledger } from '@lockstep/ledger'
import { consume, type ConsumeHooks, createQueues, startSweeping } from '@lockstep/queue'
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
=======
import { type Connection, startWorker, type Work, type WorkerProcess } from '@lockstep/connections'
import type { Exchange } from '@lockstep/exchange'
import { countBrakes, createDigest, type Logger } from '@lockstep/runtime'
import type { Config, ConnectionConfig } from './config.ts'
>>>>>>> main
import { createDeliver } from './deliver.ts'
import { createDeliverMailbox } from './deliver-mailbox.ts'
import { createFeedApplication } from './feed-application.ts'
import { createForgetMailbox } from './forget-mailbox.ts'
import { createLookAt } from './look.ts'
import { createMarksOf } from './marks.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createSyncMailbox } from './sync-mailbox.ts'
import { createWebhookApplication } from './webhook-application.ts'

export type InboundWorker = WorkerProcess

/** Follows the enabled mailboxes' calendars and tells the applications what changed in them. */
export function startInboundWorker(deployment: Config, log: Logger): Promise<InboundWorker> {
  return startWorker({
    name: 'inbound-worker',
    portVariable: 'INBOUND_WORKER_PORT',
    deployment,
    log,
    begin: inboundOf,
  })
}

/** What the inbound worker does for one connection. */
async function inboundOf(
  connection: Connection & { exchange: Exchange },
  config: ConnectionConfig,
): Promise<Work> {
  const { name, ledger, queues, exchange, registry, log } = connection
  const { gateway } = exchange
  const { refusePersonal } = config
  const digest = createDigest(config.fingerprintKey)
  const application = config.webhook
    ? createWebhookApplication(config.webhook)
    : createFeedApplication(ledger)

  const subscriptions = createSubscriptions({
    ledger,
    gateway,
    log,
    connection: name,
    options: config.notifications,
  })
  const syncMailbox = createSyncMailbox({
    ledger,
    gateway,
    marksOf: createMarksOf({ ledger, gateway, digest, refusePersonal }),
    subscriptions,
    forgetMailbox: createForgetMailbox({ ledger, log, graceMs: config.forgetMs }),
    deliveries: queues.deliveries,
    outbound: queues.outbound,
    log,
    options: config.sync,
  })
  const deliverMailbox = createDeliverMailbox({
    ledger,
    lookAt: createLookAt({ ledger, gateway, digest, refusePersonal }),
    deliver: createDeliver({ ledger, application, outbound: queues.outbound, log, options: config.tell }),
    log,
    onBraked: countBrakes(registry),
    options: config.deliveries,
  })
<<<<<<< HEAD

  await enable(ledger, config.mailboxes)
  const keeper = await keepMailboxes(ledger, {
    addresses: config.mailboxes,
    onLost: () => log.warn('the ledger was lost, mailboxes are enabled anew'),
    onError: (error) => log.debug({ err: error }, 'could not look whether the ledger was lost'),
  })
  const consuming = { redis: workerRedis, prefix, concurrency: config.concurrency }
  const consumers = [
    consume('inbound', syncMailbox, { ...consuming, ...hooks('inbound', log) }),
    consume('deliveries', deliverMailbox, { ...consuming, ...hooks('deliveries', log) }),
  ]
  const sweeping = startSweeping(ledger, queues, {
    redis: workerRedis,
    prefix,
    everyMs: config.sweepEveryMs,
    onError,
    onFailed: (task, error) => log.warn({ task, err: error }, 'maintenance failed'),
  })
  const probes = await startProbes({
    ...config.probes,
    variable: 'INBOUND_WORKER_PORT',
    name: 'inbound-worker',
    registry,
    checks: {
      redis: () => redis.ping(),
      queues: () => Promise.all(consumers.map((consumer) => consumer.ready())),
    },
  })

  return {
    url: probes.url,
    async close(limitMs = 4_000) {
      keeper.close()
      await Promise.all([...consumers, sweeping].map((each) => each.close(limitMs)))
      await probes.close()
      await application.close()
      await exchange.close()
      await queues.close()
      await Promise.all([closeRedis(workerRedis), closeRedis(redis)])
    },
  }
}

/** A mailbox that is enabled is due at once: it is subscribed and compared. */
async function enable(ledger: Ledger, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const { id } = await ledger.enable(address, Date.now())
=======
  for (const { id } of await connection.enableMailboxes(config.mailboxes)) {
>>>>>>> main
    await ledger.setInboundDue(id, Date.now())
  }
  return {
    queues: { inbound: syncMailbox, deliveries: deliverMailbox },
    onCircuitClosed: subscriptions.distrust,
    close: () => application.close(),
  }
}
