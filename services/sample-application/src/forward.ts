import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Problem, problem, sendProblem } from '@lockstep/runtime'
import express, { type Request, type Response, Router } from 'express'

type Target = {
  /** What the page calls it when it does not answer. */
  name: string
  /** Where a request goes. */
  url: (request: Request) => string
  headers?: Record<string, string>
  /** What its users can do when it does not answer. */
  mend: string
  signal: AbortSignal
}

const ANSWER_LIMIT_MS = 10_000

/** Passes requests on to another server and its answers back, streams of events among them. */
export function forward(target: Target): Router {
  const body = express.text({ type: () => true, limit: '1mb' })
  return Router().use(body, (request, response) => pass(request, response, target))
}

async function pass(request: Request, response: Response, target: Target): Promise<void> {
  const leaving = new AbortController()
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ANSWER_LIMIT_MS)
  response.once('close', () => leaving.abort())
  try {
    const answer = await fetch(target.url(request), {
      method: request.method,
      headers: { ...passedOn(request), ...target.headers },
      ...(typeof request.body === 'string' && { body: request.body }),
      signal: AbortSignal.any([leaving.signal, late.signal, target.signal]),
    })
    // A stream of events lasts as long as somebody listens.
    clearTimeout(timer)
    await passBack(answer, response)
  } catch {
    if (response.headersSent || leaving.signal.aborted) response.end()
    else sendProblem(response, unreachable(target))
  } finally {
    clearTimeout(timer)
  }
}

function unreachable({ name, mend }: Target): Problem {
  return problem({
    status: 502,
    title: `${name} does not answer`,
    detail: `${name} cannot be reached.`,
    mend,
  })
}

function passedOn(request: Request): Record<string, string> {
  const names = ['accept', 'content-type', 'last-event-id'] as const
  return Object.fromEntries(names.flatMap((name) => (request.get(name) ? [[name, request.get(name)!]] : [])))
}

async function passBack(answer: globalThis.Response, response: Response): Promise<void> {
  response.status(answer.status).set('Cache-Control', 'no-store')
  const type = answer.headers.get('content-type')
  if (type) response.set('Content-Type', type)
  response.flushHeaders()
  if (answer.body) await pipeline(Readable.fromWeb(answer.body), response)
  else response.end()
}
