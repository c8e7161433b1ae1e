// The outbound worker: outbound queue -> ledger -> circuit breaker -> budget -> Exchange.
import { createLogger, exitOnConfigError, shutdownSignal, stopWithin } from '@lockstep/runtime'
import { loadConfig } from './config.ts'
import { startOutboundWorker } from './worker.ts'

exitOnConfigError()
const config = loadConfig(process.env)
const log = createLogger('outbound-worker', config.service.logLevel)

const worker = await startOutboundWorker(config, log, () => loadConfig(process.env))
log.info({ connections: [...config.connections.keys()], probes: worker.url }, 'outbound worker is running')

log.info({ signal: await shutdownSignal() }, 'outbound worker is stopping')
await stopWithin({ limitMs: 5_500, log }, { worker: () => worker.close() })
log.info('outbound worker has stopped')
