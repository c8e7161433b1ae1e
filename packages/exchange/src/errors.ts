import { mendOf } from './mend-of.ts'

/**
 * Everything that can go wrong at Exchange, sorted by what the caller can do about it rather than by what went over
 * the wire. `code` keeps the EWS response code, or a code of the transport, for the log. Messages never hold content.
 */
export abstract class ExchangeError extends Error {
  readonly code: string

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(`${message} (${code})`, options)
    this.code = code
  }

  /** What an administrator can do about it, in plain words. */
  get mend(): string | undefined {
    return mendOf(this.code)
  }
}

/** Whatever a server or a proxy asks for, it is asked again then: nothing stands still for a day without a word. */
const longestRetryAfterMs = 3_600_000

/** Exchange is down, busy, or fenced off by the breaker. Try again, not before `retryAfterMs`; it costs no attempt. */
export class ExchangeUnavailableError extends ExchangeError {
  override name = 'ExchangeUnavailableError'
  readonly retryAfterMs: number
  /** Whether a write may have had its effect all the same: its answer was lost, or never awaited to the end. */
  readonly effect: 'none' | 'unknown'

  constructor(code: string, retryAfterMs: number, options: ErrorOptions & { effect: 'none' | 'unknown' }) {
    super('Exchange is unavailable', code, options)
    this.retryAfterMs = Math.min(retryAfterMs, longestRetryAfterMs)
    this.effect = options.effect
  }
}

/** Exchange failed in a way that may pass by itself, at this item or call only. Try again; it costs an attempt. */
export class ExchangeTransientError extends ExchangeError {
  override name = 'ExchangeTransientError'

  constructor(code: string, options?: ErrorOptions) {
    super('Exchange failed for the moment', code, options)
  }
}

/** Exchange understood the request and refuses it. Trying again cannot help. */
export class ExchangeRejectedError extends ExchangeError {
  override name = 'ExchangeRejectedError'

  constructor(code: string, options?: ErrorOptions) {
    super('Exchange rejected the request', code, options)
  }
}

/** The item is no longer in the state that our change key names. Read it, merge, write again. */
export class ItemChangedError extends ExchangeError {
  override name = 'ItemChangedError'

  constructor(code: string, options?: ErrorOptions) {
    super('The item changed at Exchange', code, options)
  }
}

/** There is no item with this handle (any more): it was deleted, or it moved and has another handle now. */
export class ItemGoneError extends ExchangeError {
  override name = 'ItemGoneError'

  constructor(code: string, options?: ErrorOptions) {
    super('The item is not at Exchange', code, options)
  }
}

/** The cursor is of no use any more. Start again without one, and compare. */
export class CursorLostError extends ExchangeError {
  override name = 'CursorLostError'

  constructor(code: string, options?: ErrorOptions) {
    super('The cursor is not valid at Exchange', code, options)
  }
}

/** This mailbox cannot be used: missing, disabled, full, or our account has no right to it. Others go on. */
export class MailboxRefusedError extends ExchangeError {
  override name = 'MailboxRefusedError'

  constructor(code: string, options?: ErrorOptions) {
    super('Exchange refuses the mailbox', code, options)
  }
}
