import { type SerialZone, serialWallClock, writeSerialZone } from '../calendar/serial-zone.ts'
import type { CalendarItem, FreeBusy } from '../store/item.ts'
import { leaf, node, optionalLeaf, type Xml } from '../xml/build.ts'

export const views = [
  'None',
  'MergedOnly',
  'FreeBusy',
  'FreeBusyMerged',
  'Detailed',
  'DetailedMerged',
] as const
export type View = (typeof views)[number]

export type FreeBusyWindow = {
  readonly from: number
  readonly to: number
  /** Minutes of one digit of the merged view. */
  readonly interval: number
  readonly view: View
  readonly zone: SerialZone
}

const digits: Readonly<Record<FreeBusy, number>> = {
  Free: 0,
  Tentative: 1,
  Busy: 2,
  OOF: 3,
  WorkingElsewhere: 4,
  NoData: 5,
}

/** Where mailboxes of the simulator work. */
const workingZone = 'W. Europe Standard Time'

/** The times of a mailbox's items: merged to digits, as a list, or both. */
export function writeFreeBusyView(items: readonly CalendarItem[], window: FreeBusyWindow): Xml {
  const { view, zone } = window
  const isMerged = view.includes('Merged')
  const isListed = view !== 'MergedOnly' && view !== 'None'
  const isDetailed = view.startsWith('Detailed')
  const events = items.map((item) =>
    node('t:CalendarEvent', [
      leaf('t:StartTime', serialWallClock(item.start, zone)),
      leaf('t:EndTime', serialWallClock(item.end, zone)),
      leaf('t:BusyType', item.showAs),
      isDetailed ? details(item) : '',
    ]),
  )
  return node('m:FreeBusyView', [
    leaf('t:FreeBusyViewType', view),
    isMerged ? leaf('t:MergedFreeBusy', merged(items, window)) : '',
    isListed && events.length > 0 ? node('t:CalendarEventArray', events) : '',
    workingHours(),
  ])
}

function details(item: CalendarItem): Xml {
  return node('t:CalendarEventDetails', [
    leaf('t:ID', Buffer.from(item.itemId, 'base64').subarray(43).toString('hex').toUpperCase()),
    optionalLeaf('t:Subject', item.subject),
    optionalLeaf('t:Location', item.location),
    leaf('t:IsMeeting', item.isMeeting),
    leaf('t:IsRecurring', item.occurrenceOf !== undefined),
    leaf('t:IsException', item.occurrenceOf?.isException === true),
    leaf('t:IsReminderSet', item.reminderIsSet),
    leaf('t:IsPrivate', item.sensitivity === 'Private'),
  ])
}

/** One digit for each interval: the busiest of what touches it. */
function merged(items: readonly CalendarItem[], { from, to, interval }: FreeBusyWindow): string {
  const step = interval * 60_000
  return Array.from({ length: Math.floor((to - from) / step) }, (_, index) => {
    const begin = from + index * step
    const touching = items.filter(({ start, end }) => start < begin + step && end > begin)
    return Math.max(0, ...touching.map(({ showAs }) => digits[showAs]))
  }).join('')
}

function workingHours(): Xml {
  const period = node('t:WorkingPeriod', [
    leaf('t:DayOfWeek', 'Monday Tuesday Wednesday Thursday Friday'),
    leaf('t:StartTimeInMinutes', 480),
    leaf('t:EndTimeInMinutes', 1_020),
  ])
  return node(
    't:WorkingHours',
    writeSerialZone('TimeZone', workingZone) + node('t:WorkingPeriodArray', period),
  )
}
