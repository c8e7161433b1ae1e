import type { Rehearse } from '@lockstep/connections'
import { type Field, propertiesOf } from '@lockstep/domain'
import { type CalendarGateway, type KeptWrite, withoutWriting } from '@lockstep/exchange'
import type { DryRunEntry, Ledger, OutboundOutcome } from '@lockstep/ledger'
import type { WakeQueue } from '@lockstep/queue'
import { createSettleBatch, type SettleBatchDeps } from './settle-batch.ts'
import { createSettleMailbox, type SliceOptions } from './settle-mailbox.ts'
import type { Task } from './task.ts'

type Deps = SettleBatchDeps & {
  ledger: Ledger
  gateway: CalendarGateway
  deliveries: Pick<WakeQueue, 'wakeQuietly'>
  options: SliceOptions
}

/**
 * The outbound part of a dry run: the real thing, on a copy of what is known of the mailbox, before an Exchange that is
 * only read. What it says is taken from the writes that were kept from going out.
 */
export function createDryRun({ deliveries, options, ...deps }: Deps): Rehearse {
  const { ledger, gateway } = deps
  const log = deps.log.child({ dryRun: true })

  return async function dryRun(slice, signal) {
    const copy = ledger.dryRunCopy(slice)
    const kept: KeptWrite[] = []
    const entries: DryRunEntry[] = []
    let folds = 0
    const settleBatch = createSettleBatch({
      ...deps,
      log,
      ledger: copy,
      gateway: withoutWriting(gateway, (write) => void kept.push(write)),
      // What loses a conflict is not kept: nothing is lost.
      conflicts: { ...deps.conflicts, keepMs: 0 },
      onOutcome(task, ...what) {
        entries.push(entryOf(kept, task, ...what))
        folds += foldsOf(kept, task)
      },
    })
    const result = await createSettleMailbox({ ledger: copy, settleBatch, log, options })(slice, signal)
    const counts = folds > 0 ? { 'outbound.fold': folds } : {}
    await ledger.noteDryRun(slice, { entries, counts }, Date.now())
    if (result === 'again' || signal.aborted) return 'again'
    await ledger.passDryRun(slice, 'deliveries', Date.now())
    await deliveries.wakeQuietly(slice.mailboxId)
    return 'done'
  }
}

function entryOf(
  kept: readonly KeptWrite[],
  task: Task,
  outcome: OutboundOutcome,
  recipients: number,
): DryRunEntry {
  const { appointmentId, wanted } = task.attempt.record
  const writes = kept.filter((each) => isOf(each, task))
  const isMailed = writes.some(({ write }) => write.send !== 'none')
  const conflicts = conflictsIn(outcome)
  return {
    direction: 'outbound',
    appointmentId,
    ...(wanted && { version: wanted.version }),
    ...whatOf(task, outcome, writes),
    ...(isMailed && { recipients }),
    ...(conflicts.length > 0 && { conflicts }),
  }
}

function isOf({ kind, write }: KeptWrite, { attempt: { record }, plan }: Task): boolean {
  if (kind === 'create') return write.stamp.appointmentId === record.appointmentId
  if (kind === 'update') return plan.action === 'update' && plan.item.itemId === write.itemId
  return plan.action === 'delete' && plan.itemIds.includes(write.itemId)
}

/** Further items of the same appointment that would be removed. */
function foldsOf(kept: readonly KeptWrite[], { plan }: Task): number {
  const extra = plan.action === 'adopt' ? plan.extra.map(({ itemId }) => itemId) : []
  return kept.filter(({ kind, write }) => kind === 'delete' && extra.includes(write.itemId)).length
}

function whatOf(
  { plan, attempt }: Task,
  outcome: OutboundOutcome,
  [kept]: readonly KeptWrite[],
): Pick<DryRunEntry, 'action' | 'changed' | 'reason'> {
  if (outcome.kind !== 'settled') return { action: 'none', reason: codeOf(outcome) }
  switch (kept?.kind) {
    case 'create':
      return { action: 'create' }
    case 'update':
      return { action: 'update', changed: propertiesIn(kept.write.fields) }
    case 'delete': {
      const { wanted } = attempt.record
      const reason = (wanted?.kind === 'absent' && wanted.reason) || 'cancelled'
      return { action: reason === 'cancelled' ? 'delete' : 'withdraw', reason }
    }
    case undefined:
      return { action: 'none', reason: plan.action === 'settle' ? 'inStep' : plan.action }
  }
}

function codeOf(outcome: Exclude<OutboundOutcome, { kind: 'settled' }>): string {
  return outcome.kind === 'postponed' ? 'POSTPONED' : outcome.code
}

function conflictsIn(outcome: OutboundOutcome) {
  if (outcome.kind !== 'settled') return []
  const { conflicts, written } = outcome.link
  return conflicts
    .filter(({ version, fields }) => version === written.version && fields.length > 0)
    .map(({ fields, winner }) => ({ properties: propertiesIn(fields), winner }))
}

function propertiesIn(fields: readonly Field[]) {
  return [...new Set(fields.flatMap((field) => propertiesOf(field)))]
}
