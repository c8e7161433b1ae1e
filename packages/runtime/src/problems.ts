import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { problemFromBodyParser } from './body-problems.ts'
import type { Logger } from './logger.ts'
import { redisIsAway } from './redis-errors.ts'
import type { Outages } from './redis-outages.ts'
import { requestIdOf } from './request-id.ts'

/** What is wrong with one field of a request, and what would be right. */
export type FieldProblem = { field: string; detail: string; mend?: string }

/** An RFC 9457 problem document. */
export type Problem = {
  type: string
  title: string
  status: number
  /** What is wrong with this request. */
  detail: string
  /** What the caller can do about it. */
  mend?: string
  errors?: FieldProblem[]
  requestId?: string
}

const RETRY_AFTER_SECONDS = 2

/** A problem document: the title follows from the status unless it is given. */
export function problem(given: Pick<Problem, 'status' | 'detail'> & Partial<Problem>): Problem {
  return { type: 'about:blank', title: STATUS_CODES[given.status] ?? 'Problem', ...given }
}

/** Thrown by a route to answer with a problem document. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem
  readonly headers: Record<string, string>

  constructor(
    given: Parameters<typeof problem>[0],
    { headers = {}, cause }: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(given.detail, { cause })
    this.problem = problem(given)
    this.headers = headers
  }
}

/** Answers with a problem document. */
export function sendProblem(response: Response, { status, ...rest }: Problem, headers: object = {}): void {
  const id = requestIdOf(response)
  response
    .status(status)
    .set({ 'Content-Type': 'application/problem+json', ...headers })
    .send(JSON.stringify({ status, ...rest, ...(id && { requestId: id }) }))
}

/** Answers what no route took. */
export function notFound(): RequestHandler {
  return (request, response) => {
    const detail = `There is nothing at ${request.method} ${request.path}.`
    sendProblem(response, problem({ status: 404, detail }))
  }
}

/**
 * The last middleware: turns whatever a route threw into a problem document. A request that is wrong is told
 * how to mend it; a failure of ours is logged, and its details stay here. Of an outage of Redis, not each request tells.
 */
export function problems({ log, outages }: { log: Logger; outages?: Outages }): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const { problem: document, headers } = toProblemError(error)
    if (document.status >= 500 && !outages?.isToBlame(error)) {
      log[document.status === 503 ? 'warn' : 'error'](
        { err: error, requestId: requestIdOf(response), status: document.status },
        'request failed',
      )
    }
    sendProblem(response, document, headers)
  }
}

function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof z.ZodError) return new ProblemError(problemFromZod(error))
  const bodyProblem = problemFromBodyParser(error)
  if (bodyProblem) return new ProblemError(bodyProblem)
  if (redisIsAway(error)) {
    return new ProblemError(
      {
        status: 503,
        detail: 'The store is not available. Nothing was stored.',
        mend: 'Send it again later.',
      },
      { headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } },
    )
  }
  return new ProblemError({
    status: 500,
    detail: 'Something failed on our side.',
    mend: 'Send it again later. If it fails again, report the request id.',
  })
}

function problemFromZod(error: z.ZodError): Parameters<typeof problem>[0] {
  const errors = error.issues.map((issue) => ({ field: fieldOf(issue.path), detail: issue.message }))
  const fields = errors.map(({ field }) => field).join(', ')
  return {
    status: 400,
    detail: `The request is not valid: ${fields}.`,
    mend: 'Correct the fields that errors lists.',
    errors,
  }
}

/** `data.attendees[0].address` */
function fieldOf(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return name.replace(/^\./, '') || 'the request'
}
