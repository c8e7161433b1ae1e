import { createHash, timingSafeEqual } from 'node:crypto'
import { ProblemError } from '@lockstep/runtime'
import type { RequestHandler, Response } from 'express'

const callers = new WeakMap<Response, string>()

/** Which key the caller has: the beginning of its SHA-256, which says nothing of the key. */
export function callerOf(response: Response): string {
  return callers.get(response) ?? 'unknown'
}

/** Hands a request on to the connection that its key belongs to. */
export function byKey(connectionOf: (key: string) => { api: RequestHandler } | undefined): RequestHandler {
  return (request, response, next) => {
    const given = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1]
    if (given === undefined) throw unauthorised('There is no key.', 'Bearer realm="lockstep"')
    const connection = connectionOf(given)
    if (!connection) {
      throw unauthorised('The key is not known.', 'Bearer realm="lockstep", error="invalid_token"')
    }
    callers.set(response, `key ${digest(given).toString('hex').slice(0, 8)}`)
    connection.api(request, response, next)
  }
}

/**
 * Says whether a key is one of those that are known. How long it takes tells nothing of them: digests are compared, of
 * equal length, and always all of them.
 */
export function keyComparer(keys: readonly string[]): (given: string) => boolean {
  const digests = keys.map(digest)
  return (given) => {
    const wanted = digest(given)
    return digests.map((known) => timingSafeEqual(known, wanted)).includes(true)
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function unauthorised(detail: string, challenge: string): ProblemError {
  const mend = 'Send `Authorization: Bearer <key>` with one of the keys in PRODUCER_API_KEYS.'
  return new ProblemError({ status: 401, detail, mend }, { headers: { 'WWW-Authenticate': challenge } })
}
