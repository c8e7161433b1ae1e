import { type Crossing, type DeliveryPlan, oscillatingFields, type OscillationRules } from '@lockstep/domain'
import type { Ledger, Mailbox, UntoldAttempt } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

type Deps = { ledger: Ledger; log: Logger; rules: OscillationRules }

/** Parks the delivery if its appointment flips between the sides; it stays frozen until it is replayed. */
export async function parkIfOscillating(
  { ledger, log, rules }: Deps,
  mailbox: Mailbox,
  attempt: UntoldAttempt,
  plan: DeliveryPlan,
): Promise<boolean> {
  const crossing = crossingOf(plan)
  if (!crossing) return false
  const { appointmentId, crossings = [], frozen } = attempt.record
  const fields = frozen?.fields ?? oscillatingFields(crossings, crossing, rules)
  if (fields.length === 0) return false

  if (!frozen) {
    await ledger.freeze(mailbox.id, appointmentId, { atMs: crossing.atMs, fields })
    log.warn({ mailboxId: mailbox.id, appointmentId, fields }, 'froze an oscillating appointment')
  }
  await ledger.parkDelivery(mailbox.id, attempt, 'OSCILLATES', crossing.atMs)
  return true
}

/** What goes to the application, if it is an update from Exchange. */
export function crossingOf(plan: DeliveryPlan): Crossing | undefined {
  if (plan.action !== 'tell' || plan.kind !== 'updated' || plan.hides) return undefined
  return { atMs: Date.now(), direction: 'inbound', fingerprints: plan.fingerprints }
}
