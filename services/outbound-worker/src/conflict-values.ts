import { losingValues } from '@lockstep/domain'
import type { ConflictSeal, Mailbox, OutboundOutcome } from '@lockstep/ledger'
import type { Task } from './task.ts'

export type ConflictKeeping = {
  readonly seal: ConflictSeal
  /** How long what lost a conflict is kept, so that people can choose it after all. 0: not at all. */
  readonly keepMs: number
}

/** The outcome, with what lost a conflict with the version that is settled. */
export function withConflictValues(
  outcome: OutboundOutcome,
  { attempt, appointment, found }: Task,
  mailbox: Mailbox,
  { seal, keepMs }: ConflictKeeping,
): OutboundOutcome {
  if (outcome.kind !== 'settled' || keepMs === 0) return outcome
  const { version } = outcome.link.written
  const conflicts = outcome.link.conflicts.filter(
    (conflict) => conflict.version === version && conflict.fields.length > 0,
  )
  // Settled before, maybe: then they are kept already, or not to be had any more.
  if (conflicts.length === 0 || !appointment || version <= attempt.record.link.written.version) return outcome
  const values = losingValues(conflicts, { application: appointment, exchange: found ?? {} })
  const { appointmentId } = attempt.record
  const sealed = seal.seal(values, { mailboxId: mailbox.id, appointmentId, version })
  return { ...outcome, conflictValues: { sealed, keepMs } }
}
