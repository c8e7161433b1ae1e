import { type BrakeRules, planDelivery } from '@lockstep/domain'
import type { Ledger, Mailbox, UntoldAttempt } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import type { Looked } from './look.ts'

type Deps = {
  ledger: Ledger
  log: Logger
  onBraked?: (direction: 'inbound') => void
  rules: BrakeRules
}

type LookResult = { readonly ok: true; readonly value: Looked } | { readonly ok: false }

/** Puts off what is right to tell and yet not now. Resolves with the deliveries that are over for this time. */
export type HoldBack = (
  mailbox: Mailbox,
  attempts: readonly UntoldAttempt[],
  looked: readonly LookResult[],
) => Promise<ReadonlySet<UntoldAttempt>>

/** Holds back cancellations that are suspiciously many. What the user hides is withdrawn at once, however much it is. */
export function createHoldBack({ ledger, log, onBraked, rules }: Deps): HoldBack {
  return async function heldBack(mailbox, attempts, looked) {
    const cancelling = attempts.filter((attempt, index) => isCancelled(attempt, looked[index]!))
    if (cancelling.length === 0) return new Set()
    const nowMs = Date.now()
    const appointmentIds = cancelling.map(({ record }) => record.appointmentId)
    const brake = await ledger.countDeletions('deliveries', mailbox.id, { appointmentIds, nowMs, rules })
    if (!brake) return new Set()

    log.warn({ mailboxId: mailbox.id, direction: 'inbound', ...brake }, 'braked mass deletions')
    onBraked?.('inbound')
    const postponement = { code: 'BRAKE', costsAttempt: false }
    for (const attempt of cancelling) await ledger.postponeDelivery(mailbox.id, attempt, nowMs, postponement)
    return new Set(cancelling)
  }
}

function isCancelled({ record }: UntoldAttempt, result: LookResult): boolean {
  if (!result.ok) return false
  const plan = planDelivery(record, result.value.look)
  return plan.action === 'tell' && plan.kind === 'cancelled'
}
