// The inbound worker: inbound queue -> SyncFolderItems -> ledger -> deliveries queue -> the application.
import { createLogger, exitOnConfigError, shutdownSignal, stopWithin } from '@lockstep/runtime'
import { loadConfig } from './config.ts'
import { startInboundWorker } from './worker.ts'

exitOnConfigError()
const config = loadConfig(process.env)
const log = createLogger('inbound-worker', config.service.logLevel)

const worker = await startInboundWorker(config, log, () => loadConfig(process.env))
log.info({ connections: [...config.connections.keys()], probes: worker.url }, 'inbound worker is running')

log.info({ signal: await shutdownSignal() }, 'inbound worker is stopping')
await stopWithin({ limitMs: 5_500, log }, { worker: () => worker.close() })
log.info('inbound worker has stopped')
