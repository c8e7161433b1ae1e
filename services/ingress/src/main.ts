// The ingress: events of applications and notifications of Exchange -> ledger -> queues.
import { createLogger, exitOnConfigError, shutdownSignal, stopWithin } from '@lockstep/runtime'
import { loadConfig } from './config.ts'
import { startIngress } from './ingress.ts'

exitOnConfigError()
const config = loadConfig(process.env)
const log = createLogger('ingress', config.service.logLevel)

const ingress = await startIngress(config, { log, reload: () => loadConfig(process.env) })
log.info(
  { url: ingress.url, tlsUrl: ingress.tlsUrl, connections: [...config.connections.keys()] },
  'ingress is running',
)

log.info({ signal: await shutdownSignal() }, 'ingress is stopping')
await stopWithin({ limitMs: 10_000, log }, { ingress: () => ingress.close() })
log.info('ingress has stopped')
