import { attemptsBeforeParking, isUntold, type Link, retryDelayMs } from '@lockstep/domain'
import {
  ExchangeRejectedError,
  ExchangeTransientError,
  ExchangeUnavailableError,
  ItemChangedError,
  ItemGoneError,
  MailboxRefusedError,
} from '@lockstep/exchange'
import type { OutboundOutcome } from '@lockstep/ledger'

/** Settled; and looked at again for the application's sake if it lacks something, or if what is there may be news. */
export function settledAs(link: Link, { lookAgain } = { lookAgain: false }): OutboundOutcome {
  return { kind: 'settled', link, untold: lookAgain || isUntold(link) }
}

/** Time for the other direction to find out whether the item was deleted, moved or hidden. */
export const missingMs = 3_000

/** Whatever was done to it is gone with it: the other direction need not wait for that to be known. */
export function missing(): OutboundOutcome {
  return postponed(Date.now() + missingMs, 'ITEM_MISSING', 'moot')
}

/** Not now, and for no fault of the appointment's. */
export function postponed(
  dueMs: number,
  code: string,
  effect: 'none' | 'unknown' | 'moot',
): Extract<OutboundOutcome, { kind: 'failed' }> {
  return { kind: 'failed', dueMs, code, effect, costsAttempt: false }
}

const refusedMailboxMs = 60_000

/** What a failure at Exchange means for the appointment that was being written; our own mistakes are thrown on. */
export function outcomeOfError(error: unknown, attempts: number, nowMs: number): OutboundOutcome {
  if (error instanceof ExchangeUnavailableError) {
    const dueMs = nowMs + error.retryAfterMs
    if (error.effect === 'none') return { kind: 'postponed', dueMs }
    return { kind: 'failed', dueMs, code: error.code, effect: 'unknown', costsAttempt: false }
  }
  if (error instanceof MailboxRefusedError) return { kind: 'postponed', dueMs: nowMs + refusedMailboxMs }
  if (error instanceof ExchangeRejectedError) return { kind: 'parked', code: error.code }
  if (error instanceof ExchangeTransientError) return outcomeOfFailure(error.code, attempts, nowMs)
  if (error instanceof ItemChangedError || error instanceof ItemGoneError) {
    return { kind: 'failed', dueMs: nowMs, code: error.code, effect: 'none', costsAttempt: true }
  }
  throw error
}

/** Looking has no effect of its own; an earlier intent stays open. */
export function notFoundOut(error: unknown, attempts: number): OutboundOutcome {
  const outcome = outcomeOfError(error, attempts, Date.now())
  return outcome.kind === 'failed' ? { ...outcome, effect: 'none' } : outcome
}

/** It failed by itself: again later, and parked after too many times. */
export function outcomeOfFailure(code: string, attempts: number, nowMs = Date.now()): OutboundOutcome {
  if (attempts >= attemptsBeforeParking) return { kind: 'parked', code }
  const dueMs = nowMs + retryDelayMs(attempts, Math.random())
  return { kind: 'failed', dueMs, code, effect: 'unknown', costsAttempt: true }
}
