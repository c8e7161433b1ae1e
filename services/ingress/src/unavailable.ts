import { ExchangeUnavailableError } from '@lockstep/exchange'
import { LedgerUnavailableError } from '@lockstep/ledger'
import { ProblemError } from '@lockstep/runtime'
import type { ErrorRequestHandler } from 'express'

const RETRY_AFTER_MS = 2_000

/** Says when to come again, if what a request needs is away. */
export function unavailable(): ErrorRequestHandler {
  return (error: unknown, _request, _response, next) => next(problemFrom(error))
}

function problemFrom(error: unknown): unknown {
  if (error instanceof LedgerUnavailableError) {
    const detail = 'The ledger is not available. What was sent is not taken.'
    return comeAgain({ detail, afterMs: RETRY_AFTER_MS, cause: error })
  }
  if (error instanceof ExchangeUnavailableError) {
    return comeAgain({ detail: 'Exchange is not available.', afterMs: error.retryAfterMs, cause: error })
  }
  return error
}

export function comeAgain({
  detail,
  afterMs,
  cause,
}: {
  detail: string
  afterMs: number
  cause?: Error
}): ProblemError {
  const seconds = Math.max(1, Math.ceil(afterMs / 1_000))
  return new ProblemError(
    { status: 503, detail, mend: `Send the same again in ${seconds} s or later.` },
    { headers: { 'Retry-After': String(seconds) }, cause },
  )
}
