/** Why all items of a mailbox are listed: it is new, somebody asked for it, its time had come, or the cursor or the ledger was lost. */
export type ListingCause = 'backfill' | 'requested' | 'scheduled' | 'cursorLost' | 'rebuild'

/** A pass over all items of a mailbox. `startedAtMs` tells it from others. */
export type Listing = {
  readonly cause: ListingCause
  readonly startedAtMs: number
  /** Missing while it is under way. */
  readonly finishedAtMs?: number
}

export type ListingProgress = Listing & {
  /** Items that were listed so far. */
  readonly items: number
  /** Appointments that the ledger did not know so: new, changed or missing. */
  readonly differing: number
  /** Those of them that still have to be looked at, or told. */
  readonly waiting: number
}
