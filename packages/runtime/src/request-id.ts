import { randomUUID } from 'node:crypto'
import type { RequestHandler, Response } from 'express'

const acceptable = /^[\w.:-]{1,128}$/

/** Gives each request an id, or keeps the one that a proxy gave it, and says it in the answer. */
export function requestId(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id')
    const id = given && acceptable.test(given) ? given : randomUUID()
    response.locals['requestId'] = id
    response.set('X-Request-Id', id)
    next()
  }
}

/** The id that `requestId()` gave to the request that this answers. */
export function requestIdOf(response: Response): string | undefined {
  return response.locals['requestId'] as string | undefined
}
