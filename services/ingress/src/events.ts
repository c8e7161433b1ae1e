import type { AdmissionRules } from '@lockstep/domain'
import type { Ledger } from '@lockstep/ledger'
import { type EventProblem, type EventResult, takeEvents, unknownMailbox } from '@lockstep/producer'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError, requestIdOf } from '@lockstep/runtime'
import express, { type Request, type RequestHandler, Router } from 'express'
import { parseJson } from './json-text.ts'

type Deps = { ledger: Ledger; queues: Queues; rules: AdmissionRules; log: Logger }

const BODY_LIMIT = 1024 * 1024
export const MAX_EVENTS = 500

const json = 'application/json'
const single = 'application/cloudevents+json'
const batch = 'application/cloudevents-batch+json'
const mediaTypes = [json, single, batch]

/** `POST /v1/events`: an application tells what it wants of its appointments. */
export function events(deps: Deps): Router {
  return Router().post(
    '/events',
    requireMediaType,
    express.text({ type: mediaTypes, limit: BODY_LIMIT }),
    take(deps),
  )
}

function take({ ledger, queues, rules, log }: Deps): RequestHandler {
  const onError = (error: Error) =>
    log.warn({ err: error }, 'waking or trail failed after events were stored')

  return async (request, response) => {
    const body = parseJson(textOf(request))
    const results = await takeEvents(eventsIn(body, request), { ledger, queues, rules, onError })

    const requestId = requestIdOf(response)
    for (const { problems, ...result } of results) {
      const wrong = problems?.map(({ pointer }) => pointer)
      log.info({ ...result, ...(wrong && { wrong }), requestId }, 'event')
    }
    if (!Array.isArray(body)) throwIfInvalid(results[0]!)
    response.status(202).json({ results })
  }
}

const requireMediaType: RequestHandler = (request, _response, next) => {
  // `is` gives null for a request without a body, whose type is of no interest.
  if (request.is(mediaTypes) === false) {
    throw new ProblemError({
      status: 415,
      detail: 'The media type is not supported.',
      mend: `Send Content-Type: ${single} for one event or ${batch} for a list of them.`,
    })
  }
  next()
}

function textOf(request: Request): string {
  if (typeof request.body === 'string' && request.body !== '') return request.body
  throw new ProblemError({
    status: 400,
    detail: 'The body is empty.',
    mend: 'Send a CloudEvent, or a list of them.',
  })
}

function eventsIn(body: unknown, request: Request): unknown[] {
  if (Array.isArray(body) && request.is(single)) {
    throw new ProblemError({
      status: 400,
      detail: 'The body is a list.',
      mend: `Send a list with Content-Type: ${batch}.`,
    })
  }
  if (!Array.isArray(body) && request.is(batch)) {
    throw new ProblemError({
      status: 400,
      detail: 'The body is not a list.',
      mend: `Send one event with Content-Type: ${single}.`,
    })
  }
  if (!Array.isArray(body)) return [body]
  if (body.length <= MAX_EVENTS) return body
  throw new ProblemError({
    status: 413,
    detail: `There are ${body.length} events in the list.`,
    mend: `Send at most ${MAX_EVENTS} at a time.`,
  })
}

/** A single event that is invalid is an error of the request; in a batch the others are taken. */
function throwIfInvalid({ status, problems = [] }: EventResult): void {
  if (status !== 'invalid') return
  const [first] = problems
  throw new ProblemError({
    status: first === unknownMailbox ? 422 : 400,
    title: 'The event is not valid',
    detail: problems.map(({ detail }) => detail).join(' '),
    mend: first && problems.length === 1 ? first.mend : 'Correct what errors lists and send the event again.',
    errors: problems.map(fieldProblem),
  })
}

function fieldProblem({ pointer, detail, mend }: EventProblem) {
  const field = pointer.slice(1).replaceAll('/', '.') || 'the event'
  return { field, pointer, detail, mend }
}
