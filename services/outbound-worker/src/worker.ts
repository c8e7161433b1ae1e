import {
  type Connection,
  startWorker,
  withDryRun,
  type Work,
  type WorkerProcess,
} from '@lockstep/connections'
import type { Exchange } from '@lockstep/exchange'
import { createConflictSeal } from '@lockstep/ledger'
import { countBrakes, createDigest, type Logger } from '@lockstep/runtime'
import type { Config, ConnectionConfig } from './config.ts'
import { createDryRun } from './dry-run.ts'
import { createSettleBatch } from './settle-batch.ts'
import { createSettleMailbox } from './settle-mailbox.ts'

export type OutboundWorker = WorkerProcess

/** Takes mailboxes from the outbound queues and makes Exchange hold what is wanted of their appointments. */
export function startOutboundWorker(
  deployment: Config,
  log: Logger,
  reload?: () => Config,
): Promise<OutboundWorker> {
  return startWorker({
    name: 'outbound-worker',
    portVariable: 'OUTBOUND_WORKER_PORT',
    direction: 'outbound',
    deployment,
    log,
    reload,
    begin: outboundOf,
  })
}

/** What the outbound worker does for one connection. */
function outboundOf(
  { ledger, queues, exchange, registry, log }: Connection & { exchange: Exchange },
  config: ConnectionConfig,
): Work {
  const deps = {
    ledger,
    gateway: exchange.gateway,
    digest: createDigest(config.fingerprintKey),
    log,
    settings: config.settings,
    conflicts: { seal: createConflictSeal(config.fingerprintKey), keepMs: config.conflictKeepMs },
  }
  const options = { ...config.slice, settingDefaults: config.settingDefaults }
  const settleBatch = createSettleBatch({
    ...deps,
    inbound: queues.inbound,
    onBraked: countBrakes(registry),
  })
  const settleMailbox = createSettleMailbox({ ledger, settleBatch, log, options })
  const rehearse = createDryRun({ ...deps, deliveries: queues.deliveries, options })
  return {
    queues: {
      outbound: withDryRun({ ledger, queues, log }, 'outbound', { rehearse, handle: settleMailbox }),
    },
  }
}
