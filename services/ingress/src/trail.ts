import { setTimeout as wait } from 'node:timers/promises'
import type { Ledger, Mailbox, Trail, TrailEntry } from '@lockstep/ledger'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { z } from 'zod'
import { iso, knownMailbox } from './known-mailbox.ts'
import type { trailSchema } from './openapi/answers.ts'
import { queryOf, trailQuery } from './query.ts'
import { comeAgain } from './unavailable.ts'

type Deps = { ledger: Ledger; closing: AbortSignal }

const POLL_MS = 250
const HEARTBEAT_MS = 15_000
const MAX_STREAMS = 100

/** `GET /v1/trail`: the last steps on the way of a mailbox's changes, once as JSON or for ever as a stream of events. */
export function trail(deps: Deps): Router {
  return Router().get('/trail', showTrail(deps))
}

function showTrail({ ledger, closing }: Deps): RequestHandler {
  let streams = 0

  return async (request, response) => {
    const query = queryOf(trailQuery, request)
    const mailbox = await knownMailbox(ledger, query.mailbox)
    const read = async (after = query.after) =>
      ledger.trail(mailbox.id, { ...(after !== undefined && { after }), limit: query.limit })

    if (request.accepts(['json', 'text/event-stream']) !== 'text/event-stream') {
      response.json(shown(mailbox, await read()))
      return
    }
    if (streams >= MAX_STREAMS) throw comeAgain({ detail: 'Too many streams are open.', afterMs: 10_000 })
    streams++
    try {
      await stream({ request, response, closing, mailbox, read })
    } finally {
      streams--
    }
  }
}

type Streaming = {
  request: Request
  response: Response
  closing: AbortSignal
  mailbox: Mailbox
  read: (after?: string) => Promise<Trail>
}

/** Sends what is new until the client leaves, the ingress closes or the ledger is away; then the client comes again. */
async function stream({ request, response, closing, mailbox, read }: Streaming): Promise<void> {
  const leaving = new AbortController()
  response.once('close', () => leaving.abort())
  const signal = AbortSignal.any([closing, leaving.signal])

  let found = await read(request.get('last-event-id') || undefined)
  response.set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    Connection: 'close',
  })
  send(response, mailbox, found)
  let sentAtMs = Date.now()
  while (!signal.aborted) {
    await wait(POLL_MS, undefined, { signal }).catch(() => {})
    const next = signal.aborted ? undefined : await read(found.cursor).catch(() => undefined)
    if (!next) break
    found = next
    if (found.entries.length > 0) send(response, mailbox, found)
    else if (Date.now() - sentAtMs > HEARTBEAT_MS) response.write(': alive\n\n')
    else continue
    sentAtMs = Date.now()
  }
  response.end()
}

function send(response: Response, mailbox: Mailbox, found: Trail): void {
  response.write(`id: ${found.cursor}\ndata: ${JSON.stringify(shown(mailbox, found))}\n\n`)
}

function shown({ address }: Mailbox, { cursor, entries }: Trail): z.input<typeof trailSchema> {
  return { cursor, entries: entries.map((entry) => shownEntry(address, entry)) }
}

function shownEntry(mailbox: string, { atMs, ...entry }: TrailEntry) {
  const { appointmentId, direction, step, version, revision } = entry
  const id = [atMs, direction, step, appointmentId, version ?? '', revision ?? ''].join('/')
  return { id, mailbox, ...entry, at: iso(atMs) }
}
