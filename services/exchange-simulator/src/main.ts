import { createLogger, exitOnConfigError, parseConfig, shutdownSignal, stopWithin } from '@lockstep/runtime'
import { configSchema } from './config.ts'
import { startSimulator } from './simulator.ts'

exitOnConfigError()
const config = parseConfig(configSchema, process.env)
const log = createLogger('exchange-simulator', config.logLevel)

const simulator = await startSimulator({
  ...config.simulator,
  onUnexpected: (error) => log.error({ err: error }, 'call failed unexpectedly'),
})
log.info(
  { url: simulator.url, secureUrl: simulator.secure?.url, controlUrl: simulator.controlUrl },
  'exchange simulator is ready',
)

const reason = await shutdownSignal()
log.info({ reason }, 'stopping')
await stopWithin({ limitMs: 5_000, log }, { simulator: () => simulator.close() })
log.info('stopped')
