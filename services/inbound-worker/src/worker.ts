import {
  type Connection,
  startWorker,
  withDryRun,
  type Work,
  type WorkerProcess,
} from '@lockstep/connections'
import type { Exchange } from '@lockstep/exchange'
import { countBrakes, createDigest, type Logger } from '@lockstep/runtime'
import type { Application } from './application.ts'
import type { Config, ConnectionConfig } from './config.ts'
import { createDryRun } from './dry-run.ts'
import { createDeliver } from './deliver.ts'
import { createDeliverMailbox } from './deliver-mailbox.ts'
import { createFeedApplication } from './feed-application.ts'
import { startEnabling } from './enable-requested.ts'
import { createForgetMailbox } from './forget-mailbox.ts'
import { createHearing, type HearingUpkeep } from './hearing/hearing.ts'
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

type Served = Connection & { exchange: Exchange }

/** What the inbound worker does for one connection. */
async function inboundOf(connection: Served, config: ConnectionConfig): Promise<Work> {
  const { ledger, queues, exchange, registry, log } = connection
  const { gateway } = exchange
  const { push: pushOptions, listening, streams, best } = config.hearing
  const application = config.webhook
    ? createWebhookApplication(config.webhook)
    : createFeedApplication(ledger)
  const hearing = hearingOf(connection, config)

  watchMailboxes(registry, ledger, { staleMs: config.staleMs })
  const mailboxes = await connection.enableMailboxes(config.mailboxes)
  await connection.onceRedisIsThere(async () => {
    for (const { id } of mailboxes) await ledger.setInboundDue(id, Date.now())
  })
  const listeners = streams && startListeners({ ledger, gateway, inbound: queues.inbound, log }, listening)
  const enabling = startEnabling(
    {
      ...connection,
      notifications: { kind: best, publicUrl: pushOptions?.publicUrl },
      openExaminer: () => connection.openExaminer(config.exchange),
    },
    config.enabling,
  )
  return {
    queues: handlersOf(connection, config, { hearing, application }),
    onCircuitClosed: () => hearing.distrust(),
    async close() {
      await enabling.close()
      if (listeners) await listeners.close()
      await application.close()
    },
  }
}

function hearingOf(
  { name, ledger, exchange: { gateway }, log }: Served,
  config: ConnectionConfig,
): HearingUpkeep {
  const { push: pushOptions, listening: _listening, ...options } = config.hearing
  const push = pushOptions && createPush({ ledger, gateway, log, connection: name, options: pushOptions })
  return createHearing({ ledger, log, push, options })
}

type Parts = { readonly hearing: HearingUpkeep; readonly application: Application }

function handlersOf(connection: Served, config: ConnectionConfig, { hearing, application }: Parts) {
  const { ledger, queues, exchange, registry, log } = connection
  const { gateway } = exchange
  const { inbound, outbound, deliveries } = queues
  const looking = { digest: createDigest(config.fingerprintKey), refusePersonal: config.refusePersonal }
  const syncMailbox = createSyncMailbox({
    ledger,
    gateway,
    marksOf: createMarksOf({ ledger, gateway, ...looking }),
    hearing,
    forgetMailbox: createForgetMailbox({ ledger, log, graceMs: config.forgetMs }),
    deliveries,
    outbound,
    log,
    options: config.sync,
  })
  const deliverMailbox = createDeliverMailbox({
    ledger,
    lookAt: createLookAt({ ledger, gateway, ...looking }),
    deliver: createDeliver({ ledger, application, outbound, log, options: config.tell }),
    log,
    onBraked: countBrakes(registry),
    options: config.deliveries,
  })
  const dryRun = createDryRun({ ledger, gateway, looking, outbound, log, options: config })
  const before = { ledger, queues: { inbound }, log }
  return {
    inbound: withDryRun(before, 'inbound', { rehearse: dryRun.inbound, handle: syncMailbox }),
    deliveries: withDryRun(before, 'deliveries', { rehearse: dryRun.deliveries, handle: deliverMailbox }),
  }
}
