import type { CalendarItem, FreeBusy } from '../store/item.ts'
import { bodyAs } from './body.ts'
import { recurrenceRule, timeZoneLines } from './icalendar-rules.ts'
import { occurrenceAt } from './occurrences.ts'
import { ianaOf, wallClockOf } from './zones.ts'

/** An item as an iCalendar object (RFC 5545), as Exchange gives it for MimeContent. */
export function toICalendar(item: CalendarItem): string {
  const exceptions = (item.exceptions ?? []).map(({ originalStart }) => occurrenceAt(item, originalStart))
  const zones = new Set([item, ...exceptions].flatMap(({ startZone, endZone }) => [startZone, endZone]))
  const lines = [
    'BEGIN:VCALENDAR',
    'METHOD:PUBLISH',
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    ...[...zones].flatMap((zone) => timeZoneLines(zone, ianaOf(zone))),
    ...eventLines(item),
    ...exceptions.flatMap(eventLines),
    'END:VCALENDAR',
    '',
  ]
  return lines.map(folded).join('\r\n')
}

const transparency: Readonly<Record<FreeBusy, 'OPAQUE' | 'TRANSPARENT'>> = {
  Free: 'TRANSPARENT',
  Tentative: 'OPAQUE',
  Busy: 'OPAQUE',
  OOF: 'OPAQUE',
  WorkingElsewhere: 'TRANSPARENT',
  NoData: 'OPAQUE',
}
const classes = {
  Normal: 'PUBLIC',
  Personal: 'PRIVATE',
  Private: 'PRIVATE',
  Confidential: 'CONFIDENTIAL',
} as const
const priorities = { Low: 9, Normal: 5, High: 1 } as const

function eventLines(item: CalendarItem): string[] {
  const { startZone, endZone, isAllDay, occurrenceOf } = item
  const moment = (name: string, instant: number, zone: string): string =>
    isAllDay ? `${name};VALUE=DATE:${dateOf(instant, zone)}` : `${name};TZID=${zone}:${timeOf(instant, zone)}`
  return [
    'BEGIN:VEVENT',
    ...peopleLines(item),
    ...textLines(item),
    `UID:${item.uid}`,
    ...(item.recurrence ? [`RRULE:${recurrenceRule(item.recurrence)}`] : []),
    ...(item.deletedOccurrences ?? []).map((start) => moment('EXDATE', start, startZone)),
    ...(occurrenceOf ? [moment('RECURRENCE-ID', occurrenceOf.originalStart, startZone)] : []),
    `CLASS:${classes[item.sensitivity]}`,
    `PRIORITY:${priorities[item.importance]}`,
    `DTSTAMP:${utc(item.modifiedAt)}`,
    `TRANSP:${transparency[item.showAs]}`,
    `STATUS:${item.isCancelled ? 'CANCELLED' : item.showAs === 'Tentative' ? 'TENTATIVE' : 'CONFIRMED'}`,
    `SEQUENCE:${item.sequence}`,
    moment('DTSTART', item.start, startZone),
    moment('DTEND', item.end, endZone),
    `X-MICROSOFT-CDO-BUSYSTATUS:${item.showAs.toUpperCase()}`,
    `X-MICROSOFT-CDO-ALLDAYEVENT:${isAllDay ? 'TRUE' : 'FALSE'}`,
    ...alarmLines(item),
    'END:VEVENT',
  ]
}

function textLines({ subject, location, categories, body }: CalendarItem): string[] {
  const description = body ? bodyAs(body, 'Text').content : ''
  return [
    `SUMMARY:${escaped(subject ?? '')}`,
    ...(description ? [`DESCRIPTION:${escaped(description)}`] : []),
    ...(location ? [`LOCATION:${escaped(location)}`] : []),
    ...(categories.length > 0 ? [`CATEGORIES:${categories.map(escaped).join(',')}`] : []),
  ]
}

const roles = {
  required: 'REQ-PARTICIPANT',
  optional: 'OPT-PARTICIPANT',
  resource: 'NON-PARTICIPANT',
} as const
const answers: Readonly<Record<CalendarItem['myResponse'], string>> = {
  Accept: 'ACCEPTED',
  Decline: 'DECLINED',
  Tentative: 'TENTATIVE',
  Organizer: 'ACCEPTED',
  Unknown: 'NEEDS-ACTION',
  NoResponseReceived: 'NEEDS-ACTION',
}

function peopleLines({ isMeeting, organizer, attendees }: CalendarItem): string[] {
  if (!isMeeting) return []
  const invited = attendees.map(
    ({ role, response, name, address }) =>
      `ATTENDEE;ROLE=${roles[role]};PARTSTAT=${answers[response]};RSVP=TRUE;CN=${quoted(name)}:mailto:${address}`,
  )
  return [`ORGANIZER;CN=${quoted(organizer.name)}:mailto:${organizer.address}`, ...invited]
}

function alarmLines({ reminderIsSet, reminderMinutes }: CalendarItem): string[] {
  if (!reminderIsSet) return []
  const trigger = `TRIGGER;RELATED=START:-PT${reminderMinutes}M`
  return ['BEGIN:VALARM', 'DESCRIPTION:REMINDER', trigger, 'ACTION:DISPLAY', 'END:VALARM']
}

function dateOf(instant: number, zone: string): string {
  return wallClockOf(instant, zone).toPlainDate().toString().replaceAll('-', '')
}

function timeOf(instant: number, zone: string): string {
  return wallClockOf(instant, zone).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
}

function utc(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n')
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', "'")}"`
}

// Lines hold 75 bytes at most; characters of the Basic Latin block count for one, others for up to four.
function folded(line: string): string {
  const parts = ['']
  let room = 75
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (size > room) {
      parts.push('')
      room = 74
    }
    room -= size
    parts.push((parts.pop() ?? '') + character)
  }
  return parts.join('\r\n ')
}
