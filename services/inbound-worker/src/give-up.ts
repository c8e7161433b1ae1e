import { attemptsBeforeParking, retryDelayMs } from '@lockstep/domain'
import { ExchangeUnavailableError } from '@lockstep/exchange'
import type { Ledger, Mailbox, UntoldAttempt } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

/** Leaves a delivery for later: at no cost if Exchange is away, else as an attempt, and for good after too many. */
export async function giveUp(
  ledger: Ledger,
  mailbox: Mailbox,
  attempt: UntoldAttempt,
  error: unknown,
  log: Logger,
): Promise<void> {
  const { code = (error as Error).name, retryAfterMs } = error as { code?: string; retryAfterMs?: number }
  if (error instanceof ExchangeUnavailableError) {
    const dueMs = Date.now() + (retryAfterMs ?? 0)
    return ledger.postponeDelivery(mailbox.id, attempt, dueMs, { code, costsAttempt: false })
  }
  await spendAttempt(ledger, mailbox, attempt, code, log)
}

/** One attempt less; parked, and so visible, when none is left. */
export async function spendAttempt(
  ledger: Ledger,
  mailbox: Mailbox,
  attempt: UntoldAttempt,
  code: string,
  log: Logger,
): Promise<void> {
  const { appointmentId } = attempt.record
  if (attempt.attempts >= attemptsBeforeParking) {
    log.warn({ mailboxId: mailbox.id, appointmentId, code }, 'parked a delivery')
    return ledger.parkDelivery(mailbox.id, attempt, code, Date.now())
  }
  const dueMs = Date.now() + retryDelayMs(attempt.attempts, Math.random())
  return ledger.postponeDelivery(mailbox.id, attempt, dueMs, { code, costsAttempt: true })
}
