import type { ServerResponse } from 'node:http'
import { parseFault } from '../fault-schema.ts'
import { changedSchema, enteredSchema } from '../plain-item.ts'
import type { ControlAnswer, ControlParts } from './control-endpoint.ts'
import { streamEvents } from './event-stream.ts'
import { createMetrics } from './metrics.ts'
import { stateOf } from './state.ts'

type Call = { mailbox?: string; itemId?: string; id?: string; body: unknown; response: ServerResponse }
type Route = { method: string; path: RegExp; act(call: Call): ControlAnswer | Promise<ControlAnswer> }

const calendar = '^/control/calendars/(?<mailbox>[^/]+)'

export function controlRoutes({ core, isReady, signal }: ControlParts): readonly Route[] {
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
    ...calendarRoutes(core),
  ]
}

/** What a user does in Outlook. */
function calendarRoutes({ users }: ControlParts['core']): readonly Route[] {
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
