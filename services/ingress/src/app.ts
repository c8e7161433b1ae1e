import type { AdmissionRules, SettingDefaults } from '@lockstep/domain'
import type { CalendarGateway } from '@lockstep/exchange'
import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import {
  type Checks,
  type Logger,
  type MetricSource,
  notFound,
  type Outages,
  probesRouter,
  problems,
  requestId,
} from '@lockstep/runtime'
import express, { type Express, type RequestHandler, Router } from 'express'
import helmet from 'helmet'
import { byKey } from './api-keys.ts'
import { appointmentReplay } from './appointment-replay.ts'
import { appointmentStates } from './appointment-states.ts'
import { changeFeed } from './change-feed.ts'
import { conflicts } from './conflicts/conflicts.ts'
import { docsPage } from './docs/docs-page.ts'
import { dryRuns } from './dry-runs.ts'
import { enablings } from './enablings.ts'
import { events } from './events.ts'
import { type ConnectionFacts, connectionStates } from './connection-states.ts'
import type { AllowList } from './listener/allow-list.ts'
import { byNotificationAddress } from './listener/by-notification-address.ts'
import { mailboxForget } from './mailbox-forget.ts'
import { mailboxList } from './mailbox-list.ts'
import { mailboxRebuild } from './mailbox-rebuild.ts'
import { mailboxRelease } from './mailbox-release.ts'
import { mailboxRepair } from './mailbox-repair.ts'
import { mailboxStates } from './mailbox-states.ts'
import { openApiDocument } from './openapi/document.ts'
import { settings } from './settings.ts'
import { trail } from './trail.ts'
import { unconfirmed } from './unconfirmed.ts'
import { unavailable } from './unavailable.ts'

export type AppDeps = {
  /** Those that are served at the moment, by name. */
  connections: ReadonlyMap<string, IngressConnection>
  /** Takes the notifications of connections that do not exist. */
  ofNobody: RequestHandler
  registry: MetricSource
  log: Logger
  outages?: Outages
  checks: Checks
  notes?: () => Readonly<Record<string, string>>
}

/** What the ingress has of one connection. */
export type IngressConnection = {
  isKey(given: string): boolean
  /** What its applications may ask for. */
  api: Router
  /** Whom it takes notifications from; missing: from everybody. */
  allowList: AllowList | undefined
  /** Takes the notifications of its Exchange. */
  notifications: RequestHandler
}

export type ApiDeps = ConnectionFacts & {
  ledger: Ledger
  queues: Queues
  /** Missing if the ingress was given no Exchange to read from. */
  gateway: CalendarGateway | undefined
  log: Logger
  rules: AdmissionRules
  settingDefaults: SettingDefaults
  mailBudget: number
  /** Missing if the ingress was given none: then conflicts cannot be looked into. */
  fingerprintKey: string | undefined
  /** Aborts when open streams have to end. */
  closing: AbortSignal
}

/** Notifications come first: of them there may be a flood. */
export function createApp({ connections, ofNobody, ...probes }: AppDeps): Express {
  return express()
    .set('query parser', 'simple')
    .disable('x-powered-by')
    .use(requestId())
    .use(byNotificationAddress({ connections, ofNobody }))
    .use(helmet({ contentSecurityPolicy, strictTransportSecurity: false }))
    .use(probesRouter({ name: 'ingress', ...probes }))
    .use('/v1', byKey(ownerOf(connections)))
    .use(docsPage(openApiDocument()))
    .use(notFound())
    .use(unavailable())
    .use(problems(probes))
}

/** The API of one connection: its applications see nothing of others. */
export function createApi(deps: ApiDeps): Router {
  return Router()
    .use(events(deps), appointmentStates(deps), mailboxStates(deps), changeFeed(deps), trail(deps))
    .use(mailboxRelease(deps), mailboxForget(deps), mailboxRepair(deps), appointmentReplay(deps))
    .use(settings(deps), conflicts(deps), mailboxRebuild(deps), unconfirmed(deps))
    .use(connectionStates(deps), dryRuns(deps), enablings(deps), mailboxList(deps))
}

/** The keys of all connections are compared, so that the time it takes tells nothing. */
function ownerOf(connections: AppDeps['connections']) {
  return (key: string) => [...connections.values()].filter(({ isKey }) => isKey(key))[0]
}

/** What a port serves that faces the network: notifications, and whether it is there. */
export function createNotificationsApp({
  connections,
  ofNobody,
  ...telling
}: Pick<AppDeps, 'connections' | 'ofNobody' | 'log' | 'outages'>): Express {
  return express()
    .set('query parser', 'simple')
    .disable('x-powered-by')
    .use(requestId())
    .get('/healthz', (_request, response) => void response.json({ name: 'ingress', status: 'alive' }))
    .use(byNotificationAddress({ connections, ofNobody }))
    .use(notFound())
    .use(unavailable())
    .use(problems(telling))
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
