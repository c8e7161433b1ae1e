import type { OutboundInput, OutboundPlan } from './outbound-plan.ts'
import type { LinkedItem } from './record.ts'

/**
 * What stands against deleting an item that was found by its stamp or UID after the ledger was lost: it may be a user's
 * copy, of what is there beside it, or of what was deleted before. A copy that the application knows has its own id, and
 * is told from the original once the application has sent everything again. What is in doubt then is asked about.
 */
export function planPresumed(input: OutboundInput, item: LinkedItem): OutboundPlan | undefined {
  const { decision } = input.record
  if (decision === 'drop') return { action: 'handOver', item }
  if (!item.isPresumed || decision === 'cancel') return undefined
  return planWaiting(input) ?? planCompared(input, item)
}

function planWaiting({ calendar, rules }: OutboundInput): OutboundPlan | undefined {
  if (!calendar) return undefined
  const { isListed, isRestored, othersAwaitedMs, resentUntilMs = 0 } = calendar
  if (!isListed) return { action: 'awaitListing', awaitedMs: 0 }
  if (isRestored && resentUntilMs > rules.nowMs) return { action: 'awaitResend', untilMs: resentUntilMs }
  if (isRestored || othersAwaitedMs === undefined) return undefined
  return { action: 'awaitListing', awaitedMs: othersAwaitedMs }
}

function planCompared({ finding, calendar }: OutboundInput, item: LinkedItem): OutboundPlan | undefined {
  if (!calendar?.isRestored || finding?.kind !== 'item') return undefined
  const { alike } = finding
  if (!alike) return { action: 'findAlike', item }
  return alike.inCalendar + alike.elsewhere > 0 ? { action: 'confirm' } : undefined
}
