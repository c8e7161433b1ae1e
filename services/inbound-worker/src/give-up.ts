import { attemptsBeforeParking, retryDelayMs } from '@lockstep/domain'
import { ExchangeUnavailableError, MailboxRefusedError } from '@lockstep/exchange'
import type { Ledger, Mailbox, UntoldAttempt } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

const refusedMailboxMs = 60_000

/** Leaves a delivery for later: at no cost if Exchange or the mailbox is away, else as an attempt, of which there are few. */
export async function giveUp(
  ledger: Ledger,
  mailbox: Mailbox,
  attempt: UntoldAttempt,
  error: unknown,
  log: Logger,
): Promise<void> {
  const { code = (error as Error).name } = error as { code?: string }
  const waitMs = freeWaitMs(error)
  if (waitMs !== undefined) {
    const dueMs = Date.now() + waitMs
    return ledger.postponeDelivery(mailbox.id, attempt, dueMs, { code, costsAttempt: false })
  }
  await spendAttempt(ledger, mailbox, attempt, code, log)
}

/** How long to wait for what is no fault of the appointment; `undefined` if it may be one. */
function freeWaitMs(error: unknown): number | undefined {
  if (error instanceof ExchangeUnavailableError) return error.retryAfterMs
  return error instanceof MailboxRefusedError ? refusedMailboxMs : undefined
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
