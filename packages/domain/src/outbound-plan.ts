import type { Appointment } from './appointment.ts'
import type { Field, Fingerprints } from './field.ts'
import type { ConflictPolicy, Merge, Observed } from './merge.ts'
import type { CalendarKnowledge } from './rebuild.ts'
import type { AppointmentRecord, Intent, LinkedItem } from './record.ts'
import type { Wanted } from './wanted.ts'

/** What was found at Exchange, once the plan asked for it. */
export type Finding =
  | {
      readonly kind: 'item'
      readonly observed: Observed
      readonly isRefused: boolean
      /** The version that its stamp names, if it has one. */
      readonly stampedVersion?: number
      /** Of what the application held at that version, if the stamp tells. */
      readonly stampedBase?: Partial<Fingerprints>
      /** What else may be the appointment's item; missing until it was asked for. */
      readonly alike?: Alike
    }
  | { readonly kind: 'gone' }
  /** No item is there that the appointment's id was made from. */
  | { readonly kind: 'unnamed' }
  /**
   * The items in the calendar that carry the appointment's stamp, the oldest first; and, once these were asked for, those
   * that are elsewhere in the mailbox: moved out of the calendar, or deleted.
   */
  | {
      readonly kind: 'stamped'
      readonly items: readonly StampedItem[]
      readonly elsewhere?: readonly StampedItem[]
    }

/** Further items with the same stamp or UID, but for copies of which the application speaks as such. */
export type Alike = { readonly inCalendar: number; readonly elsewhere: number }

export type StampedItem = {
  readonly itemId: string
  readonly changeKey: string
  readonly version: number
  readonly attempt: string
}

export type OutboundPlan =
  /** Exchange holds what is wanted, or shall not be touched. */
  | { readonly action: 'settle'; readonly merge?: Merge }
  /** The wanted version was written by an earlier attempt, whose answer was lost. */
  | { readonly action: 'landed'; readonly observed: Observed; readonly written: readonly Field[] }
  /** The user made it private or recurring: neither write nor delete until it is admitted again. */
  | { readonly action: 'sleep' }
  /** Exchange cancelled it and the application did not know when it changed it: the application is told again. */
  | { readonly action: 'tellCancelled' }
  /** The linked item is not where it was: whether it was deleted or only moved is found out before anything is done. */
  | { readonly action: 'missing' }
  /**
   * It was never written and its content is not kept any more, which no outcome that the ledger takes leads to. Never
   * taken for written: the application is to send it again.
   */
  | { readonly action: 'reportLost' }
  | { readonly action: 'read'; readonly item: LinkedItem }
  | { readonly action: 'findStamped' }
  /** Nothing in the calendar carries the stamp: what an earlier attempt created may have been taken out of it since. */
  | { readonly action: 'findElsewhere' }
  | { readonly action: 'wait'; readonly untilMs: number }
  /** Its item may be there and not be known yet: it is waited for, as it was for that long. */
  | {
      readonly action: 'awaitListing'
      readonly awaitedMs: number
      /** Only a listing that begins later than the one that began then tells. */
      readonly passedOverMs?: number
    }
  /** The application has time to send everything again, and may speak of the item as of another appointment's. */
  | { readonly action: 'awaitResend'; readonly untilMs: number }
  /** Its id may be that of a user's copy which was taken for the original. */
  | { readonly action: 'findNamed' }
  | { readonly action: 'findAlike'; readonly item: LinkedItem }
  /** The item is not this appointment's, but one of its own. */
  | { readonly action: 'handOver'; readonly item: LinkedItem }
  /**
   * It had an item before the ledger was lost, and has none, or it is to go, and which item is its own is in doubt:
   * carried out only once somebody has decided so.
   */
  | { readonly action: 'confirm' }
  | { readonly action: 'create'; readonly appointment: Appointment }
  /** An earlier attempt created it after all. `extra` are further ones: folded, without mail. */
  | { readonly action: 'adopt'; readonly found: StampedItem; readonly extra: readonly StampedItem[] }
  | {
      readonly action: 'update'
      readonly item: LinkedItem
      readonly changeKey: string
      readonly appointment: Appointment
      readonly merge: Merge
    }
  | {
      readonly action: 'delete'
      readonly itemIds: readonly string[]
      /** The attempt that made the newest of them, if none was linked. */
      readonly attempt?: string
    }

export type OutboundRules = {
  readonly policy: ConflictPolicy
  /** How long after its intent a create whose answer was lost may still have its effect. */
  readonly lateCallMs: number
  readonly nowMs: number
}

export type Overtaken = { readonly version: number; readonly fingerprints: Fingerprints }

export type OutboundInput = {
  readonly record: AppointmentRecord
  /** Of what is wanted; missing if it is wanted absent. */
  readonly fingerprints?: Fingerprints
  readonly earlier?: Intent
  /** An older version that may have been written by an attempt whose answer was lost. */
  readonly overtaken?: Overtaken
  readonly finding?: Finding
  /** How well the calendar is known; missing if it is known well, or the item is. */
  readonly calendar?: CalendarKnowledge
  readonly rules: OutboundRules
}

/** What is wanted, with its content. */
export type Present = Extract<Wanted, { kind: 'present' }>
