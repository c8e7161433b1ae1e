import type { CalendarKnowledge } from '@lockstep/domain'
import type { Ledger, Mailbox } from '@lockstep/ledger'

/** A mailbox whose changes were not followed for so long may hold items of ours that are not known. */
const staleMs = 120_000

/** For so long an application may speak of what it had before the ledger was lost. As long as tombstones are kept. */
const restoredMs = 90 * 86_400_000

type Options = { createsUnconfirmed: boolean; rebuildWaitMs: number }

/** How well the ledger knows the calendar of the mailbox. */
export async function calendarOf(
  ledger: Ledger,
  mailbox: Mailbox,
  { createsUnconfirmed, rebuildWaitMs }: Options,
): Promise<CalendarKnowledge> {
  const nowMs = Date.now()
  const { listedAtMs, currentAtMs = 0, listing } = await ledger.mailboxState(mailbox.id)
  const { ledgerSinceMs, restoredSinceMs, awaitsOthers } = await ledger.restorationOf(mailbox)
  const awaitedMs = nowMs - (listedAtMs ?? nowMs)
  return {
    ledgerSinceMs,
    sinceMs: restoredSinceMs ?? mailbox.enabledAtMs,
    isListed: listedAtMs !== undefined,
    ...(listing && { listing }),
    isCurrent: nowMs < currentAtMs + staleMs,
    isRestored: restoredSinceMs !== undefined && nowMs < restoredSinceMs + restoredMs,
    ...(listedAtMs !== undefined && { resentUntilMs: listedAtMs + rebuildWaitMs }),
    ...(awaitsOthers && awaitedMs < rebuildWaitMs && { othersAwaitedMs: awaitedMs }),
    createsUnconfirmed,
  }
}
