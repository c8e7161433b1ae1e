import type { Refusal } from './admission.ts'
import type { Field, Fingerprints } from './field.ts'
import type { Crossing, Frozen } from './oscillation.ts'
import type { SettledWanted, Wanted } from './wanted.ts'

/** What Lockstep last made Exchange hold, in the application's words. Version 0: born in Exchange. */
export type Written = {
  readonly version: number
  /** The newest revision that is merged into `fingerprints`. */
  readonly basedOn: number
  /**
   * Of what the application held at this version. A field that it was never known to hold is missing; one that is `''`
   * is known to differ from whatever is wanted next.
   */
  readonly fingerprints: Partial<Fingerprints>
}

/** The Exchange item that an appointment is linked to. Handles change when an item moves; the UID does not. */
export type LinkedItem = {
  readonly itemId: string
  /** Missing until the item was read once: creating an item does not tell it. */
  readonly uid?: string
  /** `attendee`: another organiser's meeting, of which only reminder, categories and showAs may be written. */
  readonly role: 'organizer' | 'attendee'
  /** Whether it carries our stamp: we made it, and keep the stamp's version current. */
  readonly stamped: boolean
  /** It was found by its stamp or UID when nothing was known of the appointment: a user's copy looks the same. */
  readonly isPresumed?: true
}

/**
 * The state of the item up to which both sides agree, in Exchange's words. A field that is missing was written by us
 * and not read back yet: the first read at `changeKey` takes it as it is, since Exchange rewrites bodies and names.
 * A field that is `''` differs from whatever Exchange holds: the application has to be told of it.
 */
export type Seen = {
  /** `''`: an answer was lost, so that the state which we wrote cannot be told from a later one. */
  readonly changeKey: string
  readonly fingerprints: Partial<Fingerprints>
  /** The body holds the join block of a meeting tool, which is kept when the body is written. */
  readonly joinBlock?: boolean
}

/** A revision that was offered to the application: what it changed, in the words that were told. */
export type Offer = {
  readonly revision: number
  readonly atMs: number
  readonly kind: ChangeKind
  readonly fingerprints: Partial<Fingerprints>
}

export type ChangeKind = 'created' | 'updated' | 'cancelled' | 'withdrawn'

/** Both sides changed the same field since they last agreed. */
export type Conflict = {
  readonly atMs: number
  readonly version: number
  readonly fields: readonly Field[]
  readonly winner: 'exchange' | 'application'
  /** What the application wanted of them. */
  readonly application?: Partial<Fingerprints>
  /** What Exchange held of them, as far as that is known. */
  readonly exchange?: Partial<Fingerprints>
}

/** People chose the other value of a conflict: of each of its fields the side that lost before wins since. */
export type Reversal = {
  /** The version that the conflict was about. */
  readonly version: number
  readonly atMs: number
  readonly by: string
  /** It gave the sides their winner back that they had at first. */
  readonly isBack: boolean
  /** What Exchange holds of the fields since, in its own words. A field that was not read back is missing. */
  readonly left: Partial<Fingerprints>
}

/** The settled part of an appointment's record. Holds ids, versions and fingerprints, never content. */
export type Link = {
  readonly written: Written
  readonly item?: LinkedItem
  /** The attempt that created the newest linked item, as its stamp says; outlives it, to tell a restored item from a late one. */
  readonly attempt?: string
  /** The attempts that created its items before that one, oldest first: what carries one of them landed long ago. */
  readonly earlierAttempts?: readonly string[]
  readonly seen?: Seen
  /** The newest revision that the application acknowledged, and whether it holds the appointment since. */
  readonly told: { readonly revision: number; readonly holds: boolean }
  /** Withdrawn by Exchange: the application's events are remembered and neither write nor delete. */
  readonly asleep?: Refusal
  /** The newest conflicts, oldest first. */
  readonly conflicts: readonly Conflict[]
}

/** An attempt to write whose outcome is not known yet, noted before the write. */
export type Intent = { readonly version: number; readonly attempt: string; readonly atMs: number }

/**
 * What somebody decides of an appointment that is unconfirmed: `create` makes it. `cancel` deletes the item that is taken
 * for its own. `drop` leaves the calendar as it is.
 */
export type Decision = 'create' | 'cancel' | 'drop'

/** What the application asks for with this version of an appointment that is unconfirmed. */
export function asksOf({ kind }: Wanted | SettledWanted): Exclude<Decision, 'drop'> {
  return kind === 'absent' ? 'cancel' : 'create'
}

/** Everything the ledger knows of one appointment. */
export type AppointmentRecord = {
  readonly appointmentId: string
  readonly wanted?: Wanted | SettledWanted
  /** When the application made its first version, if that was seen before anything was written. */
  readonly bornAtMs?: number
  readonly link: Link
  readonly intent?: Intent
  /** The last 16 revisions that were offered, oldest first. */
  readonly offers: readonly Offer[]
  /** The newest updates that went from one side to the other, oldest first. */
  readonly crossings?: readonly Crossing[]
  /** Conflicts whose other value people chose, oldest first. */
  readonly reversals?: readonly Reversal[]
  /** What somebody decided of an appointment that was unconfirmed, until it is settled. */
  readonly decision?: Decision
  /**
   * When the newest listing of its calendar began, when the application first spoke of it in vain: what was hidden then
   * was passed over, since nothing told that it was of interest. Until it is settled.
   */
  readonly passedOverMs?: number
  /** Exchange hides it, which is still to be told: nothing is read of it any more. */
  readonly hiding?: Refusal
  /** It flips between the sides: updates of it are neither written nor told. */
  readonly frozen?: Frozen
}

/** The record of an appointment of which nothing was written, seen or told yet. */
export const emptyLink: Link = {
  written: { version: 0, basedOn: 0, fingerprints: {} },
  told: { revision: 0, holds: false },
  conflicts: [],
}

const earlierAttemptsKept = 4

/** The link of an appointment whose item another attempt created than the one before it. */
export function withAttempt(link: Link, attempt: string): Link {
  const { attempt: last, earlierAttempts = [] } = link
  if (last === undefined || last === attempt) return { ...link, attempt }
  const earlier = [...earlierAttempts.filter((each) => each !== attempt), last]
  return { ...link, attempt, earlierAttempts: earlier.slice(-earlierAttemptsKept) }
}

/** Whether the attempt created an item that the appointment once had, and has no more. */
export function isOfEarlierLife({ item, attempt, earlierAttempts = [] }: Link, created: string): boolean {
  return earlierAttempts.includes(created) || (item === undefined && created === attempt)
}

/** Whether the application wants something that Exchange was not made to hold yet. */
export function isUnsettled({ wanted, link }: AppointmentRecord): boolean {
  return wanted !== undefined && wanted.version > link.written.version
}

/** Whether Exchange and the application are known to differ, so that the item has to be looked at and told. */
export function isUntold({ item, asleep, seen, told }: Link): boolean {
  const isThere = item !== undefined && asleep === undefined
  return told.holds !== isThere || Object.values(seen?.fingerprints ?? {}).includes('')
}
