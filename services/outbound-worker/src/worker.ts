import { type Connection, startWorker, type Work, type WorkerProcess } from '@lockstep/connections'
import type { Exchange } from '@lockstep/exchange'
import { createConflictSeal } from '@lockstep/ledger'
import { countBrakes, createDigest, type Logger } from '@lockstep/runtime'
import type { Config, ConnectionConfig } from './config.ts'
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
    deployment,
    log,
    reload,
    begin: outboundOf,
  })
}

/** What the outbound worker does for one connection. */
function outboundOf(
  { ledger, exchange, registry, log }: Connection & { exchange: Exchange },
  config: ConnectionConfig,
): Work {
  const settleBatch = createSettleBatch({
    ledger,
    gateway: exchange.gateway,
    digest: createDigest(config.fingerprintKey),
    log,
    settings: config.settings,
    conflicts: { seal: createConflictSeal(config.fingerprintKey), keepMs: config.conflictKeepMs },
    onBraked: countBrakes(registry),
  })
  const options = { ...config.slice, settingDefaults: config.settingDefaults }
  return { queues: { outbound: createSettleMailbox({ ledger, settleBatch, log, options }) } }
}
