import type { AdmissionRules, SettingDefaults } from '@lockstep/domain'
import type { CalendarGateway } from '@lockstep/exchange'
import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Checks, type Logger, notFound, probesRouter, problems, requestId } from '@lockstep/runtime'
import express, { type Express, Router } from 'express'
import helmet from 'helmet'
import type { Registry } from 'prom-client'
import { requireKey } from './api-keys.ts'
import { appointmentReplay } from './appointment-replay.ts'
import { appointmentStates } from './appointment-states.ts'
import { changeFeed } from './change-feed.ts'
import { docsPage } from './docs/docs-page.ts'
import { events } from './events.ts'
import { mailboxForget } from './mailbox-forget.ts'
import { mailboxRelease } from './mailbox-release.ts'
import { mailboxRepair } from './mailbox-repair.ts'
import { mailboxStates } from './mailbox-states.ts'
import { openApiDocument } from './openapi/document.ts'
import { settings } from './settings.ts'
import { trail } from './trail.ts'
import { unavailable } from './unavailable.ts'

export type AppDeps = {
  ledger: Ledger
  queues: Queues
  /** Missing if the ingress was given no Exchange to read from. */
  gateway: CalendarGateway | undefined
  registry: Registry
  log: Logger
  apiKeys: readonly string[]
  rules: AdmissionRules
  settingDefaults: SettingDefaults
  checks: Checks
  /** Takes the notifications of Exchange. */
  notifications: Router
  /** Aborts when open streams have to end. */
  closing: AbortSignal
}

export function createApp(deps: AppDeps): Express {
  const { registry, log, apiKeys, checks } = deps
  const document = openApiDocument()

  const api = Router()
    .use(requireKey(apiKeys))
    .use(events(deps), appointmentStates(deps), mailboxStates(deps), changeFeed(deps), trail(deps))
    .use(mailboxRelease(deps), mailboxForget(deps), mailboxRepair(deps), appointmentReplay(deps))
    .use(settings(deps))

  return express()
    .set('query parser', 'simple')
    .use(helmet({ contentSecurityPolicy, strictTransportSecurity: false }))
    .use(requestId())
    .use(probesRouter({ name: 'ingress', checks, registry }))
    .use('/v1', api)
    .use(deps.notifications)
    .use(docsPage(document))
    .use(notFound())
    .use(unavailable())
    .use(problems({ log }))
}

/** What a port serves that faces the network: notifications, and whether it is there. */
export function createNotificationsApp({
  notifications,
  log,
}: Pick<AppDeps, 'notifications' | 'log'>): Express {
  return express()
    .set('query parser', 'simple')
    .disable('x-powered-by')
    .use(requestId())
    .get('/healthz', (_request, response) => void response.json({ name: 'ingress', status: 'alive' }))
    .use(notifications)
    .use(notFound())
    .use(unavailable())
    .use(problems({ log }))
}

/**
 * The only page is the one at /docs: markup and one style sheet, no script, nothing from elsewhere. Whether the whole
 * domain is to be reached over TLS only is for the proxy to say that ends TLS.
 */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'style-src': ["'self'"],
    'img-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  },
}
