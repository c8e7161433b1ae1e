import { type ServiceResponse, ServiceResponseException, SoapFaultDetails } from 'ews-javascript-api'
import {
  CursorLostError,
  ExchangeError,
  ExchangeRejectedError,
  ExchangeTransientError,
  ExchangeUnavailableError,
  ItemChangedError,
  ItemGoneError,
  MailboxRefusedError,
} from '../errors.ts'
import { MalformedAnswer } from './mends/reading.ts'
import type { WithRawCode } from './mends/responses.ts'
import { kindOf } from './response-codes.ts'
import { TransportError } from './transport-error.ts'

/** How long to wait where Exchange does not say: as long as between two probes of the breaker. */
const defaultRetryAfterMs = 2_000
/** A hint of 0 is seen in the wild, and would make everybody come back at once. */
const leastBackOffMs = 1_000

/** The error that a response code stands for. `backOffMs` is Exchange's hint, if it gave one. */
export function errorOfCode(code: string, backOffMs?: number): ExchangeError {
  switch (kindOf(code)) {
    case 'busy':
      return new ExchangeUnavailableError(code, Math.max(backOffMs ?? 0, leastBackOffMs), { effect: 'none' })
    case 'away':
      return new ExchangeUnavailableError(code, backOffMs ?? defaultRetryAfterMs, { effect: 'unknown' })
    case 'transient':
      return new ExchangeTransientError(code)
    case 'changed':
      return new ItemChangedError(code)
    case 'gone':
      return new ItemGoneError(code)
    case 'cursorLost':
      return new CursorLostError(code)
    case 'mailboxRefused':
      return new MailboxRefusedError(code)
    case 'rejected':
      return new ExchangeRejectedError(code)
  }
}

/** The error of one response within an answer. */
export function errorOfResponse(response: ServiceResponse & WithRawCode): ExchangeError {
  return errorOfCode(response.rawCode ?? 'ErrorInternalServerError', backOffHint(response.ErrorDetails))
}

/** The error of a call that failed as a whole: `failure` is what the transport knows of it. */
export function errorOfCall(error: unknown, failure: TransportError | undefined): ExchangeError {
  if (error instanceof ExchangeError) return error
  if (failure) return errorOfTransport(failure)

  const cause = (error as { InnerException?: unknown } | undefined)?.InnerException ?? error
  if (cause instanceof TransportError) return errorOfTransport(cause)
  if (cause instanceof ServiceResponseException) return errorOfResponse(cause.Response)
  if (cause instanceof SoapFaultDetails) return errorOfFault(cause)
  return unreadable(cause instanceof MalformedAnswer ? 'MALFORMED_ANSWER' : 'UNREADABLE_ANSWER')
}

function errorOfFault(fault: SoapFaultDetails & WithRawCode): ExchangeError {
  if (fault.rawCode === undefined) return unreadable('MALFORMED_FAULT')
  return errorOfCode(fault.rawCode, backOffHint(fault.ErrorDetails))
}

/** Exchange answered, and we cannot tell what: the request may have had its effect. */
function unreadable(code: string): ExchangeUnavailableError {
  return new ExchangeUnavailableError(code, defaultRetryAfterMs, { effect: 'unknown' })
}

function errorOfTransport(failure: TransportError): ExchangeError {
  const { kind, code, status = 0, retryAfterMs, effect } = failure
  // The endpoint is not down: it answers this one call with too much.
  if (kind === 'tooLarge') return new ExchangeTransientError(code, { cause: failure })
  const isOurFault = [400, 405, 411, 413, 414, 415, 431].includes(status)
  if (isOurFault) return new ExchangeRejectedError(code, { cause: failure })

  const leastMs = status === 429 || status === 503 ? leastBackOffMs : 0
  const waitMs = Math.max(retryAfterMs ?? defaultRetryAfterMs, leastMs)
  return new ExchangeUnavailableError(code, waitMs, { effect, cause: failure })
}

type ErrorDetails = { get(key: string): string } | null

function backOffHint(details: ErrorDetails): number | undefined {
  const hint = Number(details?.get('BackOffMilliseconds') ?? Number.NaN)
  return Number.isFinite(hint) ? hint : undefined
}

const quieting = new Set(['HTTP_429', 'HTTP_503', 'TOKEN_REFUSED'])

/** How long all of us have to keep quiet after this error; `undefined` if it asks for nothing of the kind. */
export function backOffOf(error: ExchangeError): number | undefined {
  if (!(error instanceof ExchangeUnavailableError)) return undefined
  const asksForQuiet = kindOf(error.code) === 'busy' || quieting.has(error.code)
  return asksForQuiet ? error.retryAfterMs : undefined
}

/**
 * Whether this error says that the endpoint is down. Throttling does not: the server answers, and the back-off that
 * all processes obey is the remedy. Nor does one mailbox's store, our own budget, or a caller who hung up.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof ExchangeUnavailableError)) return false
  const kind = kindOf(error.code)
  return kind !== 'busy' && kind !== 'away' && !innocent.has(error.code)
}

const innocent = new Set([
  'ABORTED',
  'TOO_LATE',
  'HTTP_429',
  'BUDGET_UNAVAILABLE',
  'BUDGET_EXHAUSTED',
  'BACKING_OFF',
  'LOGON_ON_TRIAL',
  'ACCOUNT_REFUSED',
])

/** Whether it was Exchange that said so. An answer is an answer: our own account, for one, need not have a mailbox. */
export function isAnswer(error: unknown): boolean {
  return error instanceof ExchangeError && error.code.startsWith('Error')
}
