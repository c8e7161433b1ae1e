import type { Ledger, Listing, Mailbox, MailboxState } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

type Deps = { ledger: Ledger; log: Logger; repairEveryMs: number }

/**
 * The pass over all items that the mailbox is in, if it is in one: without a cursor everything is listed, and now and
 * then to find what went unnoticed; after a loss, to find what is hidden and was of no interest before.
 */
export async function openListing(
  { ledger, log, repairEveryMs }: Deps,
  mailbox: Mailbox,
  { cursor, listing, isListingAsked }: MailboxState,
): Promise<Listing | undefined> {
  const nowMs = Date.now()
  if (listing && listing.finishedAtMs === undefined) return listing
  if (cursor === undefined || !listing) {
    const cause = listing ? 'cursorLost' : 'backfill'
    return ledger.startListing(mailbox.id, cause, nowMs)
  }
  if (isListingAsked) return ledger.startListing(mailbox.id, 'rebuild', nowMs)
  const repairedAtMs = listing.finishedAtMs ?? mailbox.enabledAtMs
  if (nowMs < repairedAtMs + repairEveryMs * spread(mailbox.id)) return undefined
  log.info({ mailboxId: mailbox.id }, 'comparing the whole calendar, as scheduled')
  return ledger.startListing(mailbox.id, 'scheduled', nowMs)
}

/** 0.9 to 1.1, so that mailboxes that were enabled together are not compared together. */
function spread(mailboxId: string): number {
  return 0.9 + 0.2 * (Number.parseInt(mailboxId.slice(0, 4), 16) / 0xffff)
}
