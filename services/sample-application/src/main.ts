// The sample application: a calendar for each user, connected to Lockstep, with a page that shows both sides.
import { createLogger, exitOnConfigError, shutdownSignal, stopWithin } from '@lockstep/runtime'
import { loadConfig, startSampleApplication } from './index.ts'

const STOP_LIMIT_MS = 10_000

exitOnConfigError()
const config = loadConfig(process.env)
const log = createLogger('sample-application', config.logLevel)

const application = await startSampleApplication(config, log)
log.info({ url: application.url }, 'sample application is running')

log.info({ signal: await shutdownSignal() }, 'sample application is stopping')
await stopWithin({ limitMs: STOP_LIMIT_MS, log }, { application: application.close })
log.info('sample application has stopped')
