import { isUnremembered } from './caught-up.ts'
import { isExchangeId } from './identity.ts'
import type { AppointmentRecord } from './record.ts'
import { revisionAt } from './revision.ts'
import type { SettledWanted, Wanted } from './wanted.ts'

/** How well the ledger knows a calendar: an item that it has not heard of yet may be there. */
export type CalendarKnowledge = {
  /** Before that the application can only have been told by an earlier ledger. */
  readonly ledgerSinceMs: number
  /** The ledger knows the mailbox since then. What the application made before may have an item. */
  readonly sinceMs: number
  /** All of its items were listed once. */
  readonly isListed: boolean
  /** The newest pass over all of its items; missing if none began. */
  readonly listing?: { readonly startedAtMs: number; readonly finishedAtMs?: number }
  /** Its changes were followed until just now. */
  readonly isCurrent: boolean
  /** It was synchronised before the ledger knew it: an earlier ledger was lost. */
  readonly isRestored: boolean
  /**
   * Calendars that the ledger knows for as long are not listed yet: one of them may tell that an earlier ledger was
   * lost. How long they were waited for since this one is listed.
   */
  readonly othersAwaitedMs?: number
  /** Until then the application is waited for to send everything again: what it speaks of tells copies apart. */
  readonly resentUntilMs?: number
  /** What is then without an item is created without asking. */
  readonly createsUnconfirmed: boolean
}

/**
 * What stands against taking an appointment without a known item for one that has none. `search`: its stamp has to be
 * looked for first. `unlisted`: the item may be there and carry no stamp, or have been there: known once calendars are listed.
 * `passedOver`: its item may be there and hidden, which a listing takes note of only if the application spoke of it before.
 * `unconfirmed`: it had an item once, and whether it is to have one again is for somebody to decide.
 */
export type Doubt = 'none' | 'search' | 'unlisted' | 'passedOver' | 'unconfirmed'

export function doubtOf(
  record: AppointmentRecord,
  wanted: Wanted | SettledWanted,
  calendar: CalendarKnowledge,
): Doubt {
  const doubt = isUnremembered(record) ? doubtOfUnremembered(record, wanted, calendar) : undefined
  if (doubt) return doubt
  const isSure = calendar.isListed ? calendar.isCurrent : isSurelyNew(record, wanted, calendar)
  return isSure ? 'none' : 'search'
}

function doubtOfUnremembered(
  record: AppointmentRecord,
  wanted: Wanted | SettledWanted,
  calendar: CalendarKnowledge,
): Doubt | undefined {
  const { isListed, isRestored, othersAwaitedMs } = calendar
  const isTheirs = isFromExchange({ ...record, wanted })
  const mayBeOld = isTheirs || isOld(record, wanted, calendar)
  if (!mayBeOld) return undefined
  if (isTheirs && !isLookedFor(record, calendar)) return 'passedOver'
  if (!isListed) return 'unlisted'
  if (!isToBeAsked(record, wanted, calendar)) return undefined
  if (isTheirs || isRestored) return 'unconfirmed'
  return othersAwaitedMs === undefined ? undefined : 'unlisted'
}

/** A whole listing began since the application spoke of it: its item would be known, though it were hidden. */
export function isLookedFor(
  { passedOverMs }: Pick<AppointmentRecord, 'passedOverMs'>,
  { listing }: Pick<CalendarKnowledge, 'listing'>,
): boolean {
  if (passedOverMs === undefined || listing?.finishedAtMs === undefined) return false
  return listing.startedAtMs > passedOverMs
}

/**
 * The id of a user's copy names its item. After a loss the item may have been taken for that of the original, and the
 * application tells better.
 */
export function mayNameItem(
  record: AppointmentRecord,
  { isListed, isRestored }: Pick<CalendarKnowledge, 'isListed' | 'isRestored'>,
): boolean {
  return isListed && isRestored && isUnremembered(record) && isFromExchange(record)
}

/** The application speaks of what only an earlier ledger can have told it. */
export function tellsOfLoss(
  record: AppointmentRecord,
  { ledgerSinceMs }: Pick<CalendarKnowledge, 'ledgerSinceMs'>,
): boolean {
  const { appointmentId, wanted } = record
  if (!wanted || !isUnremembered(record)) return false
  // What moved here from another mailbox may be based on what this ledger has told.
  const isBefore = (wanted.basedOn ?? 0) <= revisionAt(ledgerSinceMs)
  return isExchangeId(appointmentId) || (wasTold(wanted) && isBefore)
}

function isFromExchange({ appointmentId, wanted }: AppointmentRecord): boolean {
  return isExchangeId(appointmentId) || wanted?.isFromExchange === true
}

/** It is based on what the application was told. */
function wasTold({ basedOn = 0 }: Wanted | SettledWanted): boolean {
  return basedOn > 0
}

function isToBeAsked(
  { decision }: AppointmentRecord,
  { kind }: Wanted | SettledWanted,
  { createsUnconfirmed }: CalendarKnowledge,
): boolean {
  return kind === 'present' && !createsUnconfirmed && decision !== 'create'
}

/**
 * When the application made the appointment, if this version says so: the first one, unless all that it says is that the
 * appointment is gone.
 */
export function birthOf({ kind, version, atMs, reason }: Head): number | undefined {
  return version === 1 && (kind === 'present' || reason !== 'cancelled') ? atMs : undefined
}

type Head = Pick<SettledWanted, 'kind' | 'version' | 'atMs' | 'reason'>

/** The application made it since the ledger knows its mailbox: no earlier ledger wrote anything of it. */
export function isBornSince(
  { bornAtMs }: Pick<AppointmentRecord, 'bornAtMs'>,
  { sinceMs }: Pick<CalendarKnowledge, 'sinceMs'>,
): boolean {
  return bornAtMs !== undefined && bornAtMs >= sinceMs
}

/** It may be of an earlier ledger: what is wanted absent may be anything. */
function isOld(record: AppointmentRecord, wanted: Wanted | SettledWanted, { sinceMs }: CalendarKnowledge) {
  if (wanted.kind !== 'present') return false
  const bornAtMs = record.bornAtMs ?? birthOf(wanted)
  return bornAtMs === undefined || bornAtMs < sinceMs || wasTold(wanted)
}

/** The application's clock and ours differ by less than this. */
const clockSkewMs = 60_000

function isSurelyNew(record: AppointmentRecord, wanted: Wanted | SettledWanted, calendar: CalendarKnowledge) {
  const sinceMs = calendar.sinceMs + clockSkewMs
  return wanted.kind === 'present' && !isOld(record, wanted, { ...calendar, sinceMs })
}
