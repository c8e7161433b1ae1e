import type {
  Appointment,
  AppointmentRecord,
  ChangeKind,
  Conflict,
  HidingSensitivity,
  Intent,
  Link,
  LinkedItem,
  Offer,
  Refusal,
} from '@lockstep/domain'

import type { Listing } from './listing.ts'

/** A mailbox enabled for synchronisation. `id` is given when it is enabled and stays when its address changes. */
export type Mailbox = {
  readonly id: string
  readonly address: string
  readonly enabledAtMs: number
  /**
   * The address that it had then: the ids of its appointments from Exchange are derived from it, and so are the same
   * after a loss of the ledger. Missing on mailboxes whose appointments have ids that are derived from its own.
   */
  readonly enabledAs?: string
}

/** `accepted`: newer than what was known. `stale`: the same version or an older one; nothing was stored. */
export type Acceptance = 'accepted' | 'stale'

export type Batch = {
  readonly limit: number
  readonly nowMs: number
  /** What was begun is due again after this time if nothing is committed: the one who began it may have died. */
  readonly leaseMs: number
}

/** An appointment that is being written to Exchange by this attempt. The intent is stored. */
export type OutboundAttempt = {
  readonly record: AppointmentRecord
  readonly epoch: number
  /** Begins without an outcome so far, this one included. 1 in a healthy system. */
  readonly attempts: number
  /**
   * The newest intent of earlier attempts whose outcome was never learnt: Exchange may hold what they were about to
   * write. It stays until an attempt settles.
   */
  readonly earlier?: Intent
  /** What an earlier attempt may have written, though a newer version has come since. */
  readonly overtaken?: { readonly version: number; readonly appointment: Appointment }
}

export type OutboundOutcome =
  | {
      readonly kind: 'settled'
      /** The whole new link. `written.version` names the version that is settled. */
      readonly link: Link
      /** Exchange holds something that the application has not been told: look at the item again. */
      readonly untold: boolean
      /** What lost a conflict with this version, sealed, to be kept for a while. */
      readonly conflictValues?: { readonly sealed: string; readonly keepMs: number }
    }
  /** Nothing was tried, or it is known to have had no effect. Costs no attempt; closes the intent. */
  | { readonly kind: 'postponed'; readonly dueMs: number }
  /**
   * Tried without success. `effect: 'unknown'` keeps the intent open, so that the next attempt looks first. `'moot'`:
   * what earlier attempts may have done is of no account any more either, so that deliveries need not wait.
   */
  | {
      readonly kind: 'failed'
      readonly dueMs: number
      readonly code: string
      readonly effect: 'none' | 'unknown' | 'moot'
      readonly costsAttempt: boolean
      /** It waits for a listing that begins later than the one that began then: noted, unless it waits for one already. */
      readonly passedOverMs?: number
    }
  /** It cannot succeed, and had no effect: kept as it is until it is replayed or a newer version arrives. */
  | { readonly kind: 'parked'; readonly code: string }

/**
 * `overlapped`: another attempt began meanwhile, so that what Exchange holds is unknown; nothing of the outcome was
 * stored, and the appointment is due at once.
 */
export type CommitResult = 'committed' | 'overlapped'

/** Why an appointment has to be looked at for the application's sake. */
export type MarkKind = 'look' | 'gone' | 'withdraw'

export type Mark = {
  readonly appointmentId: string
  readonly kind: MarkKind
  readonly reason?: Refusal
  /** When Exchange's notification came in, for the trail; missing on a poll. */
  readonly notifiedAtMs?: number
  /** Links the appointment to this item, in the same step. Its UID and handle are findable from then on. */
  readonly item?: LinkedItem
  /** Wait so long before looking, because a write of our own is on its way. */
  readonly notBeforeMs?: number
  /** It is no news: what is marked already stays due when it was. */
  readonly isNoNews?: true
}

export type UntoldAttempt = {
  readonly record: AppointmentRecord
  readonly epoch: number
  readonly mark: Mark & { readonly serial: number; readonly sinceMs: number }
  readonly attempts: number
}

export type Postponement = {
  readonly code?: string
  readonly costsAttempt: boolean
  /** The application has this version on the way: due as soon as it is settled, at the latest at the time given. */
  readonly awaitVersion?: number
}

export type Told = {
  readonly link: Link
  /** The appointment id that the application gave in its answer to a `created`. */
  readonly renamedTo?: string
}

/** `moved`: the record changed since it was begun (a write is on its way): nothing was stored, look again. */
export type ToldResult = 'told' | 'moved'

export type Settlement = 'settled' | 'pending' | 'parked'

/** What people and applications may know about an appointment's synchronisation. */
export type AppointmentState = {
  readonly state: Settlement
  readonly record: AppointmentRecord
  /** Present while Exchange does not hold what the application wants, or may not. */
  readonly outbound?: DirectionState
  /** Present while the application does not know what Exchange holds, or may not. */
  readonly inbound?: DirectionState
}

export type DirectionState = {
  readonly attempts: number
  /** Missing while parked. */
  readonly dueMs?: number
  /** Why the last attempt failed. */
  readonly code?: string
  readonly parkedAtMs?: number
}

/** What is left in a mailbox: something that is due now, something that will be, or nothing. */
export type Rest = 'more' | { readonly nextDueMs: number } | 'none'

export type Subscription = {
  readonly id: string
  /** The secret part of the URL that Exchange calls. */
  readonly token: string
  readonly startedAtMs: number
  /** The newest sign of life: a notification or a status event. */
  readonly heardAtMs: number
}

/** A way to hear of changes. */
export type Way = 'push' | 'streaming' | 'poll'

/** By which way a mailbox's changes are heard of, and what is known of the better ones. */
export type Hearing = {
  readonly way: Way
  readonly sinceMs: number
  /** Why by no better one, as codes. */
  readonly whyNot?: { readonly push?: string; readonly streaming?: string }
  /** How often push was asked for in vain, one time after the other. */
  readonly pushTries?: number
  /** Changes came that were not told of over the connection, though it was there. */
  readonly doubtedAtMs?: number
  /** How often listening was found to be in vain, one time after the other; it is not tried again before then. */
  readonly streamingTries?: number
  readonly streamingRestsUntilMs?: number
}

/** Whether the mailbox is listened to over a connection; or why not. */
export type Streaming = { readonly sinceMs: number } | { readonly code: string }

export type MailboxState = {
  readonly cursor?: string
  /** When the cursor was last current: nothing more was to be had from Exchange. */
  readonly currentAtMs?: number
  /** Without its token, of which only a digest is kept. */
  readonly subscription?: Omit<Subscription, 'token'>
  readonly hearing?: Hearing
  readonly streaming?: Streaming
  /** The newest pass over all of its items. */
  readonly listing?: Listing
  /** When all of its items had been listed for the first time. */
  readonly listedAtMs?: number
  /** Somebody waits for a listing that begins from now on. */
  readonly isListingAsked?: true
  /** Why the mailbox cannot be used, until it can again. */
  readonly refused?: { readonly code: string; readonly sinceMs: number }
}

/** What a mailbox's appointments are looked up by. A UID is compared without regard to case. */
export type Sought = {
  readonly itemIds?: readonly string[]
  readonly uids?: readonly string[]
  readonly appointmentIds?: readonly string[]
}

export type Known = {
  readonly byItemId: ReadonlyMap<string, AppointmentRecord>
  /** By the UID in lower case. */
  readonly byUid: ReadonlyMap<string, AppointmentRecord>
  /** By the id asked for; the record has another one if it was renamed. */
  readonly byId: ReadonlyMap<string, AppointmentRecord>
}

/** A page of changes in a mailbox. */
export type Page = {
  /** The cursor that it was read from; missing for the first. */
  readonly before: string | undefined
  readonly after: string
  /** Nothing more is to be had: the mailbox is current. */
  readonly isLast: boolean
  readonly marks: readonly Mark[]
  /** Ids of the items that it shows to be there. */
  readonly listed?: readonly string[]
  /** Before the first page of the run was asked for. */
  readonly startedAtMs?: number
  readonly nowMs: number
}

/** A change for applications that cannot be called: what to read from Exchange when they ask. */
export type ChangeEntry = {
  readonly appointmentId: string
  readonly kind: ChangeKind
  readonly revision: number
  readonly applicationVersion: number
  readonly changed: readonly string[]
  readonly reason?: string
  /** There is nothing to read: this sensitivity is all that is told. */
  readonly hides?: HidingSensitivity
  readonly atMs: number
}

export type Changes = {
  readonly entries: readonly (ChangeEntry & { readonly mailboxId: string; readonly seq: number })[]
  /** What to ask for next. */
  readonly cursor: number
}

export type { Conflict, Offer }
