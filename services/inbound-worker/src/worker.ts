import {
  type Connection,
  startWorker,
  withDryRun,
  type Work,
  type WorkerProcess,
} from '@lockstep/connections'
import type { Exchange } from '@lockstep/exchange'
import { countBrakes, createDigest, type Logger } from '@lockstep/runtime'
import type { Config, ConnectionConfig } from './config.ts'
import { createDryRun } from './dry-run.ts'
import { createDeliver } from './deliver.ts'
import { createDeliverMailbox } from './deliver-mailbox.ts'
import { createFeedApplication } from './feed-application.ts'
import { startEnabling } from './enable-requested.ts'
import { createForgetMailbox } from './forget-mailbox.ts'
import { createHearing } from './hearing/hearing.ts'
import { startListeners } from './hearing/listeners.ts'
import { createPush } from './hearing/push.ts'
import { createLookAt } from './look.ts'
import { createMarksOf } from './marks.ts'
import { createSyncMailbox } from './sync-mailbox.ts'
import { watchMailboxes } from './watch-mailboxes.ts'
import { createWebhookApplication } from './webhook-application.ts'

export type InboundWorker = WorkerProcess

/** Follows the enabled mailboxes' calendars and tells the applications what changed in them. */
export function startInboundWorker(
  deployment: Config,
  log: Logger,
  reload?: () => Config,
): Promise<InboundWorker> {
  return startWorker({
    name: 'inbound-worker',
    portVariable: 'INBOUND_WORKER_PORT',
    direction: 'inbound',
    deployment,
    log,
    reload,
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

  watchMailboxes(registry, ledger, { staleMs: config.staleMs })
  const { push: pushOptions, listening, ...hearingOptions } = config.hearing
  const push = pushOptions && createPush({ ledger, gateway, log, connection: name, options: pushOptions })
  const hearing = createHearing({ ledger, log, push, options: hearingOptions })
  const syncMailbox = createSyncMailbox({
    ledger,
    gateway,
    marksOf: createMarksOf({ ledger, gateway, digest, refusePersonal }),
    hearing,
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
  const dryRun = createDryRun({
    ledger,
    gateway,
    looking: { digest, refusePersonal },
    outbound: queues.outbound,
    log,
    options: config,
  })
  const mailboxes = await connection.enableMailboxes(config.mailboxes)
  await connection.onceRedisIsThere(async () => {
    for (const { id } of mailboxes) await ledger.setInboundDue(id, Date.now())
  })
  const listeners =
    hearingOptions.streams && startListeners({ ledger, gateway, inbound: queues.inbound, log }, listening)
  const enabling = startEnabling(
    {
      ...connection,
      notifications: { kind: hearingOptions.best, publicUrl: pushOptions?.publicUrl },
      openExaminer: () => connection.openExaminer(config.exchange),
    },
    config.enabling,
  )
  return {
    queues: {
      inbound: withDryRun(connection, 'inbound', { rehearse: dryRun.inbound, handle: syncMailbox }),
      deliveries: withDryRun(connection, 'deliveries', {
        rehearse: dryRun.deliveries,
        handle: deliverMailbox,
      }),
    },
    onCircuitClosed: () => hearing.distrust(),
    async close() {
      await enabling.close()
      if (listeners) await listeners.close()
      await application.close()
    },
  }
}
