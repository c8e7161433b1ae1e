import type { Ledger } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

type Deps = {
  ledger: Ledger
  log: Logger
  /** What was in hand when the mailbox was forgotten has ended by then. */
  graceMs: number
}

/**
 * Erases a mailbox that was forgotten: at once, and again when nobody can be at work on it any more, since a slice that
 * was under way may have left something behind. Its subscription ends when Exchange next calls with its token. Of a mailbox
 * of a ledger that was lost only such remains are there, and nobody asks for them.
 */
export function createForgetMailbox({ ledger, log, graceMs }: Deps) {
  return async function forgetMailbox(mailboxId: string): Promise<void> {
    const leavingSinceMs = await ledger.leavingSince(mailboxId)
    await ledger.wipe(mailboxId)
    if (leavingSinceMs === undefined) return
    const endsMs = leavingSinceMs + graceMs
    if (Date.now() < endsMs) return ledger.setInboundDue(mailboxId, endsMs)
    await ledger.endLeaving(mailboxId)
    log.info({ mailboxId }, 'mailbox forgotten')
  }
}
