import { isUnremembered } from './caught-up.ts'
import { mergeBase, takesAway } from './base.ts'
import { mayLandUntilMs } from './late-call.ts'
import type { OutboundInput, OutboundPlan, Present, StampedItem } from './outbound-plan.ts'
import { planPresumed } from './plan-presumed.ts'
import { planUpdate } from './plan-update.ts'
import { type CalendarKnowledge, doubtOf, isBornSince, isLookedFor, mayNameItem } from './rebuild.ts'
import { type AppointmentRecord, type ChangeKind, type Intent, isOfEarlierLife, type Link } from './record.ts'
import type { SettledWanted, Wanted } from './wanted.ts'

/** Decides what has to happen at Exchange so that it holds what the application wants. */
export function planOutbound(input: OutboundInput): OutboundPlan {
  const { record, finding } = input
  const { wanted, link } = record
  if (!wanted || wanted.version <= link.written.version) return { action: 'settle' }
  if (link.asleep || record.hiding || (finding?.kind === 'item' && finding.isRefused))
    return { action: 'sleep' }
  if (wanted.kind === 'absent') return planAbsent(input)
  if (!hasContent(wanted)) return { action: 'reportLost' }
  return link.item ? planUpdate(input, wanted, link.item) : planCreate(input, wanted)
}

function planAbsent(input: OutboundInput): OutboundPlan {
  const { record, earlier, finding } = input
  const { item } = record.link
  const doubtful = item ? planPresumed(input, item) : !earlier && planUnlinked(input)
  if (doubtful) return doubtful
  if (finding?.kind === 'stamped') return planStampedOff(input, madeByUs(finding.items))
  if (finding?.kind === 'gone') return { action: 'settle' }
  if (!item) return earlier ? { action: 'findStamped' } : { action: 'settle' }
  return finding ? { action: 'delete', itemIds: [item.itemId] } : { action: 'read', item }
}

function planStampedOff(input: OutboundInput, found: readonly StampedItem[]): OutboundPlan {
  const { decision } = input.record
  if (decision !== 'cancel' && isOfEarlierLedger(input, found)) {
    if (decision === 'drop') return { action: 'settle' }
    // What is not linked yet may be a copy: the other direction tells. Not while an attempt is open that may have made it.
    const isTold = !input.calendar?.isListed || isMootAttempt(input.record, input.earlier)
    return isTold ? { action: 'awaitListing', awaitedMs: 0 } : { action: 'confirm' }
  }
  const [newest, ...others] = notOfEarlierLives(found, input.record).toSorted((a, b) => b.version - a.version)
  if (!newest) return planNothingLanded(input)
  const itemIds = [newest, ...others].map(({ itemId }) => itemId)
  return { action: 'delete', itemIds, attempt: newest.attempt }
}

/** What lands once the appointment is settled would be taken for a new item of its user's. */
function planNothingLanded({ earlier, rules }: OutboundInput): OutboundPlan {
  const untilMs = earlier && mayLandUntilMs(earlier, rules)
  return untilMs === undefined ? { action: 'settle' } : { action: 'wait', untilMs }
}

/** No attempt at a version that is wanted absent makes an item: whoever finds one need not wait for it. */
export function isMootAttempt({ wanted }: AppointmentRecord, earlier: Intent | undefined): boolean {
  return wanted?.kind === 'absent' && earlier?.version === wanted.version
}

function isOfEarlierLedger(
  { record, earlier, calendar }: OutboundInput,
  found: readonly StampedItem[],
): boolean {
  if (!calendar || (calendar.isListed && !calendar.isRestored) || !isUnremembered(record)) return false
  if (isBornSince(record, calendar)) return false
  return found.some(({ attempt }) => attempt !== earlier?.attempt)
}

function planCreate(input: OutboundInput, wanted: Present): OutboundPlan {
  const { record, earlier, rules } = input
  if (record.decision === 'drop') return { action: 'tellCancelled' }
  if (wasCancelledMeanwhile(record, wanted) && rules.policy !== 'application')
    return { action: 'tellCancelled' }
  if (!earlier) return planUnlinked(input) ?? { action: 'create', appointment: wanted.appointment }
  return planRepeated(input, wanted, earlier)
}

function planRepeated(input: OutboundInput, wanted: Present, earlier: Intent): OutboundPlan {
  const { record, finding, rules } = input
  if (finding?.kind !== 'stamped') return { action: 'findStamped' }
  const made = madeByUs(finding.items).toSorted((a, b) => b.version - a.version)
  const [newest, ...extra] = notOfEarlierLives(made, record)
  const found = newest ?? made[0]
  if (found) return { action: 'adopt', found, extra }
  // An attempt that ended in doubt, before it wrote anything, looks like one that was lost.
  const doubtful = planDoubtful(input)
  if (doubtful) return doubtful

  const untilMs = mayLandUntilMs(earlier, rules)
  if (wanted.appointment.attendees.length > 0 && untilMs !== undefined) return { action: 'wait', untilMs }
  if (!finding.elsewhere) return { action: 'findElsewhere' }
  const takenOut = finding.elsewhere.find((item) => hasLanded(item, record, earlier))
  // Linked as if it were there still: the other direction finds that it is gone, and tells so.
  if (takenOut) return { action: 'adopt', found: takenOut, extra: [] }
  return { action: 'create', appointment: wanted.appointment }
}

/** An attempt makes one item: a second one with its name is a user's copy, and an appointment of its own. */
function madeByUs(items: readonly StampedItem[]): StampedItem[] {
  return items.filter(({ attempt }, n) => items.findIndex((item) => item.attempt === attempt) === n)
}

/** Of an item that was taken off before, what is left is a user's copy, or what they have restored: the other direction tells. */
function notOfEarlierLives(items: readonly StampedItem[], { link }: AppointmentRecord): StampedItem[] {
  return items.filter(({ attempt }) => !isOfEarlierLife(link, attempt))
}

/**
 * Whether an item outside the calendar is what an attempt created of which nothing was heard, and not one of the
 * appointment's earlier lives. That it is to be created again, if somebody decided so, is meant of those too which are
 * not remembered.
 */
function hasLanded({ version, attempt }: StampedItem, record: AppointmentRecord, earlier: Intent): boolean {
  const { link, decision } = record
  if (attempt === earlier.attempt) return true
  return decision !== 'create' && version > link.written.version && !isOfEarlierLife(link, attempt)
}

/** What has no item may be a copy whose item is another's. */
function planUnlinked(input: OutboundInput): OutboundPlan | undefined {
  const { record, finding, calendar } = input
  const mayBeNamed = calendar && !finding && mayNameItem(record, calendar) && !isPassedOver(record, calendar)
  return mayBeNamed ? { action: 'findNamed' } : planDoubtful(input)
}

/** Nothing is made, nor given up, of which an item may be there. What is found is linked by the other direction. */
function planDoubtful({ record, finding, calendar }: OutboundInput): OutboundPlan | undefined {
  switch (calendar ? doubtOf(record, record.wanted!, calendar) : 'none') {
    case 'unlisted':
      return { action: 'awaitListing', awaitedMs: calendar?.othersAwaitedMs ?? 0 }
    case 'passedOver':
      return { action: 'awaitListing', awaitedMs: 0, passedOverMs: passedOverBy(record, calendar) }
    case 'unconfirmed':
      return { action: 'confirm' }
    case 'search':
      if (finding?.kind !== 'stamped') return { action: 'findStamped' }
      return finding.items.length > 0 ? { action: 'awaitListing', awaitedMs: 0 } : undefined
    case 'none':
      return undefined
  }
}

/** It was searched for, and waits for a listing. */
function isPassedOver(record: AppointmentRecord, calendar: CalendarKnowledge): boolean {
  return record.passedOverMs !== undefined && !isLookedFor(record, calendar)
}

function passedOverBy({ passedOverMs }: AppointmentRecord, calendar: CalendarKnowledge | undefined): number {
  return passedOverMs ?? calendar?.listing?.startedAtMs ?? 0
}

function hasContent(wanted: Wanted | SettledWanted): wanted is Present {
  return wanted.kind === 'present' && 'appointment' in wanted
}

/** Exchange's user cancelled or hid it, and the application, which held it then, changed it without knowing that. */
function wasCancelledMeanwhile(record: AppointmentRecord, wanted: Present): boolean {
  const { unknownToIt, lastKnown } = mergeBase(record, wanted.basedOn)
  return takesAway(unknownToIt.at(-1)?.kind) && !takesAway(lastKnown ?? lastWritten(record.link))
}

/** What the application did itself, if it took the appointment off: of what is absent nothing is written. */
function lastWritten({ written: { version, fingerprints } }: Link): ChangeKind | undefined {
  return version > 0 && Object.keys(fingerprints).length === 0 ? 'cancelled' : undefined
}
