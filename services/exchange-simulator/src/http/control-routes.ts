import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { schemes } from '../authentication/authenticator.ts'
import { parseFault } from '../fault-schema.ts'
import { viewOf } from '../calendar/view.ts'
import { toPlainItem } from '../read-plain-item.ts'
import { mailboxStateSchema } from '../mailbox-states.ts'
import { throttlingSchema } from '../throttling/policy.ts'
import { changedSchema, enteredSchema } from '../plain-item.ts'
import type { Core } from '../core.ts'
import type { ControlAnswer, ControlParts } from './control-answer.ts'
import { streamEvents, streamOverview } from './event-stream.ts'
import { createMetrics } from './metrics.ts'
import { overviewOf, stateOf } from './state.ts'

type Call = {
  mailbox?: string
  itemId?: string
  id?: string
  query: URLSearchParams
  body: unknown
  response: ServerResponse
}
type Route = { method: string; path: RegExp; act(call: Call): ControlAnswer | Promise<ControlAnswer> }

const calendar = '^/control/calendars/(?<mailbox>[^/]+)'

const mailboxPath = '^/control/mailboxes/(?<mailbox>[^/]+)'
const instant = z.iso.datetime()
const agendaSchema = z.tuple([instant, instant])
const duration = z.int().nonnegative()

const authenticationSchema = z
  .strictObject({
    schemes: z.array(z.enum(schemes)),
    channelBinding: z.enum(['ignored', 'checked', 'required']),
    joinsChallenges: z.boolean(),
  })
  .partial()

export function controlRoutes({ core, isReady, ca, signal }: ControlParts): readonly Route[] {
  const metrics = createMetrics(core)
  return [
    route('GET', '^/healthz$', () => ({ json: { status: 'ok' } })),
    route('GET', '^/readyz$', () => ({ status: isReady() ? 200 : 503, json: { ready: isReady() } })),
    route('GET', '^/metrics$', async () => ({ text: await metrics.metrics(), type: metrics.contentType })),
    route('GET', '^/control/state$', () => ({ json: stateOf(core) })),
    route('POST', '^/control/reset$', () => {
      core.reset()
      return {}
    }),
    route('GET', '^/control/faults$', () => ({ json: core.faults.active })),
    route('POST', '^/control/faults$', ({ body }) => ({
      status: 201,
      json: { id: core.faults.add(parseFault(body)) },
    })),
    route('DELETE', '^/control/faults$', () => {
      core.faults.clear()
      return {}
    }),
    route('DELETE', '^/control/faults/(?<id>[^/]+)$', ({ id = '' }) =>
      core.faults.remove(id) ? {} : { status: 404, json: { title: 'no such fault', status: 404 } },
    ),
    route('POST', '^/control/subscriptions/lose$', () => {
      core.subscriptions.clear()
      return {}
    }),
    route('GET', '^/control/events$', ({ response }) => streamEvents(response, core, signal)),
    route('GET', '^/control/ca.pem$', () =>
      ca === undefined
        ? notFound('there is no HTTPS: set SIMULATOR_HTTPS_PORT')
        : { text: ca, type: pemType },
    ),
    ...policyRoutes(core),
    ...lookRoutes(core, signal),
    ...mailboxRoutes(core),
    ...calendarRoutes(core),
  ]
}

/** Who may, and how much. */
function policyRoutes({ throttling, authenticator }: Core): readonly Route[] {
  return [
    route('GET', '^/control/throttling$', () => ({ json: throttling.policy })),
    route('PATCH', '^/control/throttling$', ({ body }) => {
      throttling.change(withoutUndefined(throttlingSchema.partial().parse(body)))
      return { json: throttling.policy }
    }),
    route('GET', '^/control/authentication$', () => ({ json: authenticator.policy })),
    route('PATCH', '^/control/authentication$', ({ body }) => {
      authenticator.policy = {
        ...authenticator.policy,
        ...withoutUndefined(authenticationSchema.parse(body)),
      }
      return { json: authenticator.policy }
    }),
  ]
}

/** What has happened, for whoever looks on. */
function lookRoutes(core: Core, signal: AbortSignal): readonly Route[] {
  return [
    route('GET', '^/control/overview$', () => ({ json: overviewOf(core) })),
    route('GET', '^/control/live$', ({ response }) => streamOverview(response, core, signal)),
    route('GET', '^/control/agenda/(?<mailbox>[^/]+)$', ({ mailbox = '', query }) => {
      const [from, to] = agendaSchema.parse([query.get('from'), query.get('to')])
      const items = core.store.mailbox(mailbox)?.folder('calendar').items.values()
      if (!items) return notFound('no such mailbox')
      const shown = viewOf(items, Date.parse(from), Date.parse(to), false)
      return { json: shown.map(toPlainItem) }
    }),
    route('GET', '^/control/mails$', () => ({ json: core.meetings.mails })),
    route('GET', '^/control/exchanges$', ({ query }) => ({
      json: core.exchanges.list(query.get('search') ?? ''),
    })),
    route('GET', '^/control/exchanges/(?<id>\\d+)$', ({ id }) => {
      const exchange = core.exchanges.get(Number(id))
      return exchange ? { json: exchange } : notFound('this exchange is not kept any more')
    }),
  ]
}

/** What happens to mailboxes and to the server. */
function mailboxRoutes(core: Core): readonly Route[] {
  return [
    route('PUT', `${mailboxPath}/state$`, ({ mailbox = '', body }) => {
      if (!core.store.mailbox(mailbox)) return notFound('no such mailbox')
      core.states.set(mailbox, mailboxStateSchema.parse(body))
      return {}
    }),
    route('DELETE', `${mailboxPath}/state$`, ({ mailbox = '' }) => {
      core.states.set(mailbox, undefined)
      return {}
    }),
    route('POST', `${mailboxPath}/move$`, ({ mailbox = '', body }) => {
      if (!core.store.mailbox(mailbox)) return notFound('no such mailbox')
      core.moveMailbox(mailbox, z.strictObject({ awayMs: duration }).parse(body).awayMs)
      return {}
    }),
    route('POST', '^/control/restart$', ({ body }) => {
      core.restart(z.strictObject({ downMs: duration }).parse(body).downMs)
      return {}
    }),
  ]
}

/** What a user does in Outlook. */
function calendarRoutes({ users }: Core): readonly Route[] {
  return [
    route('GET', `${calendar}$`, ({ mailbox = '' }) => ({ json: users.calendarOf(mailbox) })),
    route('POST', `${calendar}$`, ({ mailbox = '', body }) => ({
      status: 201,
      json: users.creates(mailbox, enteredSchema.parse(body)),
    })),
    route('PATCH', `${calendar}/(?<itemId>.+)$`, ({ mailbox = '', itemId = '', body }) => ({
      json: users.updates(mailbox, itemId, changedSchema.parse(body)),
    })),
    route('DELETE', `${calendar}/(?<itemId>.+)$`, ({ mailbox = '', itemId = '' }) => {
      users.deletes(mailbox, itemId)
      return {}
    }),
  ]
}

function route(method: string, path: string, act: Route['act']): Route {
  return { method, path: new RegExp(path), act }
}

function notFound(title: string): ControlAnswer {
  return { status: 404, json: { title, status: 404, detail: title }, type: 'application/problem+json' }
}

/** Tells an absent key from one that is there and undefined, as the types do. */
function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

const pemType = 'application/x-pem-file'
