import { EwsError } from '../soap/errors.ts'
import { createUid } from '../store/ids.ts'
import type { CalendarItem, Person } from '../store/item.ts'
import type { NewItem } from '../store/store.ts'
import type { Quirks } from '../quirks.ts'
import { rewritten } from './body.ts'
import { occurrenceEnd, occurrenceStarts } from './recurrence.ts'
import { readInstant } from './time.ts'
import { midnightAfter, midnightBefore, wallClockOf, instantOf } from './zones.ts'

/**
 * An item on its way to the store. Times stay as they were written until all
 * fields are known, since a zone that comes later decides what they mean.
 */
export type Draft = {
  readonly item: NewItem
  /** The zone of the request, for what names none itself. */
  readonly requestZone: string | undefined
  startText?: string
  endText?: string
  startZone?: string
  endZone?: string
}

export function newDraft(organizer: Person, requestZone: string | undefined): Draft {
  const now = Date.now()
  const halfHour = 1_800_000
  const start = Math.ceil(now / halfHour) * halfHour
  return {
    requestZone,
    item: {
      uid: createUid(now),
      itemClass: 'IPM.Appointment',
      modifiedBy: organizer.name,
      subject: null,
      body: null,
      location: null,
      start,
      end: start + halfHour,
      startZone: requestZone ?? 'UTC',
      endZone: requestZone ?? 'UTC',
      isAllDay: false,
      showAs: 'Busy',
      importance: 'Normal',
      sensitivity: 'Normal',
      categories: [],
      reminderIsSet: true,
      reminderMinutes: 15,
      organizer,
      attendees: [],
      myResponse: 'Organizer',
      isMeeting: false,
      isCancelled: false,
      requestWasSent: false,
      sequence: 0,
      recurrence: null,
      extended: {},
    },
  }
}

export function draftOf(item: CalendarItem, requestZone: string | undefined): Draft {
  const {
    itemId: _id,
    changeKey: _key,
    mailbox: _box,
    folder: _folder,
    createdAt: _at,
    modifiedAt: _on,
    occurrenceOf: _occurrence,
    ...fields
  } = item
  return { requestZone, item: structuredClone(fields) }
}

/** Settles zones and times, and refuses what no calendar can hold. */
export function settle(draft: Draft, { rewritesHtml = false }: Partial<Quirks> = {}): NewItem {
  const { item } = draft
  settleTimes(draft)
  if (item.end < item.start) {
    throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'EndDate is earlier than StartDate')
  }
  if (item.isAllDay) snapToMidnights(item)
  if (item.end - item.start > fiveYearsMs) {
    throw new EwsError('ErrorCalendarDurationIsTooLong', 'The duration of the calendar item is too long.')
  }
  if (item.recurrence) settleSeries(item)
  if (rewritesHtml && item.body) item.body = rewritten(item.body)
  item.isMeeting = item.attendees.length > 0 || item.isMeeting
  return item
}

// A naive time is read in the zone given with it, else in the request's, else in the item's own.
function settleTimes({ item, requestZone, startText, endText, startZone, endZone }: Draft): void {
  const newStartZone = startZone ?? item.startZone
  const newEndZone = endZone ?? startZone ?? item.endZone
  const naiveZone = startZone ?? requestZone ?? item.startZone
  item.start = startText
    ? readInstant(startText, naiveZone)
    : shifted(item.start, item.startZone, newStartZone)
  item.end = endText
    ? readInstant(endText, endZone ?? naiveZone)
    : shifted(item.end, item.endZone, newEndZone)
  item.startZone = newStartZone
  item.endZone = newEndZone
}

const fiveYearsMs = 5 * 366 * 86_400_000

// A zone that changes without its time keeps the wall clock and so moves the instant.
function shifted(instant: number, from: string, to: string): number {
  return from === to ? instant : instantOf(wallClockOf(instant, from).toString(), to)
}

function snapToMidnights(item: NewItem): void {
  item.start = midnightBefore(item.start, item.startZone)
  item.end = midnightAfter(Math.max(item.end, item.start + 1), item.startZone)
}

/** A series begins with the first day of its pattern, and none of its occurrences may run into the next. */
function settleSeries(item: NewItem): void {
  const series = { start: item.start, startZone: item.startZone, recurrence: item.recurrence }
  const [first, second] = occurrenceStarts(series).take(2)
  if (first === undefined) {
    throw new EwsError('ErrorRecurrenceHasNoOccurrence', 'The recurrence has no occurrence.')
  }
  const end = occurrenceEnd({ ...series, end: item.end }, first)
  // A day may be an hour or two shorter than it looks.
  if (second !== undefined && end - first > second - first + 2 * 3_600_000) {
    throw new EwsError(
      'ErrorOccurrenceTimeSpanTooBig',
      'An occurrence is longer than the interval of its series.',
    )
  }
  item.start = first
  item.end = end
}

/** Only what differs from the item as it stands. A series that begins or repeats otherwise loses its exceptions. */
export function changedFields(item: CalendarItem, fields: NewItem): Partial<NewItem> {
  const before: Readonly<Record<string, unknown>> = item
  const changes = Object.entries(fields).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  )
  const changed: Partial<NewItem> = Object.fromEntries(changes)
  const isNewSeries = item.recurrence && ('recurrence' in changed || 'start' in changed)
  return isNewSeries ? { ...changed, exceptions: [], deletedOccurrences: [] } : changed
}
