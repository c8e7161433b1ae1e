/** What went wrong with a call on its way, before there was an answer in SOAP. */
export type FailureKind =
  | 'network'
  | 'timeout'
  | 'aborted'
  | 'late'
  | 'http'
  | 'logon'
  | 'malformed'
  | 'tooLarge'

type Details = {
  readonly status?: number
  readonly retryAfterMs?: number
  /** Whether the request may have reached Exchange, and so may have had its effect. */
  readonly effect: 'none' | 'unknown'
  readonly cause?: unknown
}

/** A call that got no answer in SOAP. `code` names the failure for the log; there is no content in it. */
export class TransportError extends Error {
  override name = 'TransportError'
  readonly kind: FailureKind
  readonly code: string
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly effect: 'none' | 'unknown'

  constructor(kind: FailureKind, code: string, { status, retryAfterMs, effect, cause }: Details) {
    super(`the call to Exchange failed (${code})`, { cause })
    this.kind = kind
    this.code = code
    this.status = status
    this.retryAfterMs = retryAfterMs
    this.effect = effect
  }
}
