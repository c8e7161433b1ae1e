import type { OutboundInput, OutboundPlan } from './outbound-plan.ts'
import type { LinkedItem } from './record.ts'

/**
 * What stands against deleting an item that was found by its stamp or UID after the ledger was lost: it may be a user's
 * copy, of what is there beside it, or of what was deleted before. A copy that the application knows has its own id, and
 * is told from the original once the application has sent everything again. What is in doubt then is asked about.
 */
export function planPresumed(
  { record, finding, calendar, rules }: OutboundInput,
  item: LinkedItem,
): OutboundPlan | undefined {
  if (record.decision === 'drop') return { action: 'handOver', item }
  if (!item.isPresumed || !calendar || record.decision === 'cancel') return undefined
  const { isListed, isRestored, othersAwaitedMs, resentUntilMs = 0 } = calendar
  if (!isListed) return { action: 'awaitListing', awaitedMs: 0 }
  if (!isRestored) {
    return othersAwaitedMs === undefined ? undefined : { action: 'awaitListing', awaitedMs: othersAwaitedMs }
  }
  if (resentUntilMs > rules.nowMs) return { action: 'awaitResend', untilMs: resentUntilMs }
  if (finding?.kind !== 'item') return undefined
  if (!finding.alike) return { action: 'findAlike', item }
  return finding.alike.inCalendar + finding.alike.elsewhere > 0 ? { action: 'confirm' } : undefined
}
