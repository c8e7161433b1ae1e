import { type BrakeRules, type DeliveryPlan, type OscillationRules, planDelivery } from '@lockstep/domain'
import type { Ledger, Mailbox, UntoldAttempt } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'
import type { Looked } from './look.ts'
import { parkIfOscillating } from './oscillation.ts'

export type HoldBackRules = { brake: BrakeRules; oscillation: OscillationRules }

type Deps = {
  ledger: Ledger
  log: Logger
  onBraked?: (direction: 'inbound') => void
  rules: HoldBackRules
}

type LookResult = { readonly ok: true; readonly value: Looked } | { readonly ok: false }
type Planned = { readonly attempt: UntoldAttempt; readonly plan: DeliveryPlan }

/** Puts off what is right to tell and yet not now. Resolves with the deliveries that are over for this time. */
export type HoldBack = (
  mailbox: Mailbox,
  attempts: readonly UntoldAttempt[],
  looked: readonly LookResult[],
) => Promise<ReadonlySet<UntoldAttempt>>

/** Holds back cancellations that are suspiciously many, and what flips between the sides. */
export function createHoldBack({ ledger, log, onBraked, rules }: Deps): HoldBack {
  return async function heldBack(mailbox, attempts, looked) {
    const planned = attempts.flatMap((attempt, index): Planned[] => {
      const result = looked[index]!
      return result.ok ? [{ attempt, plan: planDelivery(attempt.record, result.value.look) }] : []
    })
    const held = new Set(await braked(mailbox, planned))
    for (const { attempt, plan } of planned) {
      const oscillation = { ledger, log, rules: rules.oscillation }
      if (await parkIfOscillating(oscillation, mailbox, attempt, plan)) held.add(attempt)
    }
    return held
  }

  /** What the user hides is withdrawn at once, however much it is. */
  async function braked(mailbox: Mailbox, planned: readonly Planned[]): Promise<UntoldAttempt[]> {
    const cancelling = planned
      .filter(({ plan }) => plan.action === 'tell' && plan.kind === 'cancelled')
      .map(({ attempt }) => attempt)
    if (cancelling.length === 0) return []
    const nowMs = Date.now()
    const appointmentIds = cancelling.map(({ record }) => record.appointmentId)
    const deleting = { appointmentIds, nowMs, rules: rules.brake }
    const brake = await ledger.countDeletions('deliveries', mailbox.id, deleting)
    if (!brake) return []

    log.warn({ mailboxId: mailbox.id, direction: 'inbound', ...brake }, 'braked mass deletions')
    onBraked?.('inbound')
    const postponement = { code: 'BRAKE', costsAttempt: false }
    for (const attempt of cancelling) await ledger.postponeDelivery(mailbox.id, attempt, nowMs, postponement)
    return cancelling
  }
}
