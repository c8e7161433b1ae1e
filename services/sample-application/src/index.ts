import { createProducer } from '@lockstep/producer'
import {
  createLogger,
  createRegistry,
  listen,
  type Logger,
  notFound,
  probesRouter,
  problem,
  problems,
  requestId,
  sendProblem,
} from '@lockstep/runtime'
import express, { type Express } from 'express'
import { apiRouter } from './api.ts'
import { type Calendar, openCalendar } from './calendar.ts'
import type { Config } from './config.ts'
import { forward } from './forward.ts'
import { changesRouter, startSending } from './lockstep.ts'
import { pageRouter } from './page.ts'

export { type Config, loadConfig, variables } from './config.ts'

export type SampleApplication = { url: string; close: () => Promise<void> }

/** Starts the sample application: its calendar, its connection to Lockstep and its page. */
export async function startSampleApplication(
  config: Config,
  log: Logger = createLogger('sample-application', config.logLevel),
): Promise<SampleApplication> {
  const closing = new AbortController()
  const calendar = openCalendar(config.dataDir)
  const { url, apiKey } = config.lockstep
  const producer = createProducer({ url, apiKey, source: '/sample-application' })
  const app = createApp({ config, calendar, log, signal: closing.signal })
  const listening = await listen(app, {
    port: config.port,
    host: config.host,
    variable: 'SAMPLE_APPLICATION_PORT',
  })
  const sending = startSending({ calendar, producer, log })

  return {
    url: listening.url,
    async close() {
      if (closing.signal.aborted) return
      closing.abort()
      await listening.close()
      await sending.stop()
      calendar.close()
    },
  }
}

type Deps = { config: Config; calendar: Calendar; log: Logger; signal: AbortSignal }

function createApp({ config, calendar, log, signal }: Deps): Express {
  const { lockstep, mailboxes, simulatorUrl } = config
  const registry = createRegistry('sample-application')
  return express()
    .disable('x-powered-by')
    .use(requestId())
    .use(probesRouter({ name: 'sample-application', checks: { database: calendar.check }, registry }))
    .use(changesRouter({ calendar, secrets: lockstep.secrets, log }))
    .use(apiRouter({ calendar, signal }))
    .use('/lockstep/trail', forwardTrail(lockstep, signal))
    .use('/exchange', forwardExchange(simulatorUrl, signal))
    .use(pageRouter({ mailboxes, hasExchange: simulatorUrl !== undefined }))
    .use(notFound())
    .use(problems({ log }))
}

/** The way of the changes. The page must not know the API key, so it asks through here. */
function forwardTrail({ url, apiKey }: Config['lockstep'], signal: AbortSignal) {
  return forward({
    name: 'Lockstep',
    url: (request) => `${url}/v1/trail${request.url.slice(request.path.length)}`,
    headers: { Authorization: `Bearer ${apiKey}` },
    mend: `Start Lockstep's ingress at ${url}, or set LOCKSTEP_URL. What you change here is kept and sent later.`,
    signal,
  })
}

/** The Exchange calendar of the page, from the simulator's control interface. */
function forwardExchange(simulatorUrl: string | undefined, signal: AbortSignal) {
  if (simulatorUrl) {
    return forward({
      name: 'The Exchange simulator',
      url: (request) => `${simulatorUrl}/control${request.url}`,
      mend: `Start the simulator with its control interface at ${simulatorUrl}, or set SIMULATOR_CONTROL_URL.`,
      signal,
    })
  }
  return express.Router().use((_request, response) =>
    sendProblem(
      response,
      problem({
        status: 503,
        title: 'No Exchange calendar to show',
        detail: "This column needs the simulator's control interface.",
        mend: 'Start the Exchange simulator and set SIMULATOR_CONTROL_URL.',
      }),
    ),
  )
}
