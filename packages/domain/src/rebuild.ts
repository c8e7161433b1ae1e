import { isUnremembered } from './caught-up.ts'
import { isExchangeId } from './identity.ts'
import type { AppointmentRecord } from './record.ts'
import type { SettledWanted, Wanted } from './wanted.ts'

/** How well the ledger knows a calendar: an item that it has not heard of yet may be there. */
export type CalendarKnowledge = {
  /** The ledger knows the mailbox since then. What the application made before may have an item. */
  readonly sinceMs: number
  /** All of its items were listed once. */
  readonly isListed: boolean
  /** Its changes were followed until just now. */
  readonly isCurrent: boolean
  /** It was synchronised before the ledger knew it: an earlier ledger was lost. */
  readonly isRestored: boolean
  /** What is then without an item is created without asking. */
  readonly createsUnconfirmed: boolean
}

/**
 * What stands against taking an appointment without a known item for one that has none. `search`: its stamp has to be
 * looked for first. `unlisted`: the item may be there and carry no stamp; known once the calendar is listed.
 * `unconfirmed`: it had an item once, and whether it is to have one again is for somebody to decide.
 */
export type Doubt = 'none' | 'search' | 'unlisted' | 'unconfirmed'

export function doubtOf(
  record: AppointmentRecord,
  wanted: Wanted | SettledWanted,
  calendar: CalendarKnowledge,
): Doubt {
  const { isListed, isCurrent } = calendar
  if (isUnremembered(record)) {
    const isFromExchange = isExchangeId(record.appointmentId) || wanted.isFromExchange === true
    if (!isListed && (isFromExchange || isOld(wanted, calendar))) return 'unlisted'
    const hadItem = isFromExchange || (calendar.isRestored && isOld(wanted, calendar))
    if (hadItem && isToBeAsked(record, wanted, calendar)) return 'unconfirmed'
  }
  const isSure = isListed ? isCurrent : isSurelyNew(wanted, calendar)
  return isSure ? 'none' : 'search'
}

/** The application speaks of what only an earlier ledger can have told it. */
export function tellsOfLoss(record: AppointmentRecord): boolean {
  const { appointmentId, wanted } = record
  return (
    wanted !== undefined &&
    isUnremembered(record) &&
    (isExchangeId(appointmentId) || (wanted.basedOn ?? 0) > 0)
  )
}

function isToBeAsked(
  { decision }: AppointmentRecord,
  { kind }: Wanted | SettledWanted,
  { createsUnconfirmed }: CalendarKnowledge,
): boolean {
  return kind === 'present' && !createsUnconfirmed && decision !== 'create'
}

/** It is not surely new: what is wanted absent may be anything. */
function isOld({ kind, version, atMs }: Wanted | SettledWanted, { sinceMs }: CalendarKnowledge): boolean {
  return kind === 'present' && (version > 1 || atMs < sinceMs)
}

/** The application's clock and ours differ by less than this. */
const clockSkewMs = 60_000

function isSurelyNew(
  { kind, version, atMs }: Wanted | SettledWanted,
  { sinceMs }: CalendarKnowledge,
): boolean {
  return kind === 'present' && version === 1 && atMs >= sinceMs + clockSkewMs
}
