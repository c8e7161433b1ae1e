import { ianaOf, instantOf, wallClockOf, windowsZoneOfIana } from './calendar/zones.ts'
import type { ChangedItem, PlainItem, PlainMoment, PlainRecurrence } from './plain-item.ts'
import type { CalendarItem, FreeBusy, Recurrence } from './store/item.ts'
import type { NewItem } from './store/store.ts'

const showAsWords = {
  free: 'Free',
  tentative: 'Tentative',
  busy: 'Busy',
  oof: 'OOF',
  workingElsewhere: 'WorkingElsewhere',
  noData: 'NoData',
} as const satisfies Record<PlainItem['showAs'], FreeBusy>

export function toPlainItem(item: CalendarItem): PlainItem {
  const body = item.body ?? { type: 'Text', content: '' }
  return {
    itemId: item.itemId,
    changeKey: item.changeKey,
    uid: item.uid,
    isAllDay: item.isAllDay,
    categories: [...item.categories],
    isMeeting: item.isMeeting,
    isCancelled: item.isCancelled,
    subject: item.subject ?? '',
    body: { contentType: body.type === 'HTML' ? 'html' : 'text', content: body.content },
    start: toMoment(item.start, item.startZone),
    end: toMoment(item.end, item.endZone),
    location: item.location ?? '',
    showAs: toShowAs(item.showAs),
    sensitivity: lower(item.sensitivity),
    importance: lower(item.importance),
    reminderMinutesBeforeStart: item.reminderIsSet ? item.reminderMinutes : null,
    recurrence: item.recurrence && toPlainRecurrence(item.recurrence),
    organizer: item.organizer.address,
    isOrganizer: item.myResponse === 'Organizer',
    attendees: item.attendees.map(({ address, name, role, response }) => ({
      address,
      name,
      type: role,
      response,
    })),
    created: new Date(item.createdAt).toISOString(),
    lastModified: new Date(item.modifiedAt).toISOString(),
    stamped: Object.keys(item.extended).some((key) => key.includes(':')),
    extended: Object.fromEntries(
      Object.entries(item.extended).map(([key, { values }]) => [key, [...values]]),
    ),
  }
}

/** The stored fields of what a user entered or changed. */
export function fromPlainItem(entered: ChangedItem, before?: CalendarItem): Partial<NewItem> {
  const { subject, body, isAllDay, location, categories, sensitivity, importance, showAs } = entered
  const reminder = entered.reminderMinutesBeforeStart
  return {
    ...timesOf(entered),
    ...(subject !== undefined && { subject }),
    ...(body && { body: { type: body.contentType === 'html' ? 'HTML' : 'Text', content: body.content } }),
    ...(isAllDay !== undefined && { isAllDay }),
    ...(location !== undefined && { location }),
    ...(categories && { categories }),
    ...(sensitivity && { sensitivity: upper(sensitivity) }),
    ...(importance && { importance: upper(importance) }),
    ...(showAs && { showAs: showAsWords[showAs] }),
    ...(reminder !== undefined && { reminderIsSet: reminder !== null }),
    ...(typeof reminder === 'number' && { reminderMinutes: reminder }),
    ...recurrenceOf(entered, before),
    ...attendeesOf(entered, before),
  }
}

function timesOf({ start, end }: ChangedItem): Partial<NewItem> {
  const startZone = start && windowsZoneOfIana(start.timeZone)
  const endZone = end && windowsZoneOfIana(end.timeZone)
  return {
    ...(start && startZone && { start: instantOf(start.dateTime, startZone), startZone }),
    ...(end && endZone && { end: instantOf(end.dateTime, endZone), endZone }),
  }
}

function attendeesOf({ attendees }: ChangedItem, before: CalendarItem | undefined): Partial<NewItem> {
  if (!attendees) return {}
  const responseOf = (address: string) =>
    before?.attendees.find((known) => known.address.toLowerCase() === address.toLowerCase())?.response ??
    'Unknown'
  return {
    attendees: attendees.map(({ address, name, type }) => ({
      address,
      name: name ?? address,
      role: type ?? 'required',
      response: responseOf(address),
    })),
    isMeeting: attendees.length > 0 || before?.isMeeting === true,
  }
}

function recurrenceOf(entered: ChangedItem, before: CalendarItem | undefined): Partial<NewItem> {
  const { recurrence } = entered
  if (recurrence === undefined) return {}
  if (recurrence === null) return { recurrence: null }
  const startDate =
    entered.start?.dateTime.slice(0, 10) ??
    (before ? wallClockOf(before.start, before.startZone).toPlainDate().toString() : '1970-01-01')
  return { recurrence: fromPlainRecurrence(recurrence, startDate) }
}

function fromPlainRecurrence(
  { pattern, interval, daysOfWeek, count }: PlainRecurrence,
  startDate: string,
): Recurrence {
  const ownDay = Temporal.PlainDate.from(startDate).toLocaleString('en-US', { weekday: 'long' })
  const days = (daysOfWeek ?? [ownDay.toLowerCase()]).map(capital).join(' ')
  return {
    pattern:
      pattern === 'daily'
        ? { kind: 'DailyRecurrence', fields: [['Interval', String(interval)]] }
        : {
            kind: 'WeeklyRecurrence',
            fields: [
              ['Interval', String(interval)],
              ['DaysOfWeek', days],
            ],
          },
    range:
      count === undefined
        ? { kind: 'NoEndRecurrence', fields: [['StartDate', startDate]] }
        : {
            kind: 'NumberedRecurrence',
            fields: [
              ['StartDate', startDate],
              ['NumberOfOccurrences', String(count)],
            ],
          },
  }
}

function toPlainRecurrence({ pattern, range }: Recurrence): PlainItem['recurrence'] {
  const fields = Object.fromEntries([...pattern.fields, ...range.fields])
  const isPlain = pattern.kind === 'DailyRecurrence' || pattern.kind === 'WeeklyRecurrence'
  if (!isPlain || range.kind === 'EndDateRecurrence') return { pattern: 'other' }
  const days = fields['DaysOfWeek']?.toLowerCase().split(' ') as PlainRecurrence['daysOfWeek']
  return {
    pattern: pattern.kind === 'DailyRecurrence' ? 'daily' : 'weekly',
    interval: Number(fields['Interval']),
    ...(days && { daysOfWeek: days }),
    ...(fields['NumberOfOccurrences'] && { count: Number(fields['NumberOfOccurrences']) }),
  }
}

function toMoment(instantMs: number, zone: string): PlainMoment {
  return {
    dateTime: wallClockOf(instantMs, zone).toString({ smallestUnit: 'second' }),
    timeZone: ianaOf(zone),
    instant: new Date(instantMs).toISOString(),
  }
}

function toShowAs(showAs: FreeBusy): PlainItem['showAs'] {
  const words = Object.entries(showAsWords) as [PlainItem['showAs'], FreeBusy][]
  return words.find(([, stored]) => stored === showAs)?.[0] ?? 'busy'
}

function lower<Word extends string>(word: Word): Lowercase<Word> {
  return word.toLowerCase() as Lowercase<Word>
}

function upper<Word extends string>(word: Word): Capitalize<Word> {
  return capital(word) as Capitalize<Word>
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
