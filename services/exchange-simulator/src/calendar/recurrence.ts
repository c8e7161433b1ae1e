import type { CalendarItem, Recurrence } from '../store/item.ts'
import { ianaOf, wallClockOf } from './zones.ts'

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const weeks = ['First', 'Second', 'Third', 'Fourth', 'Last']
// Exchange stops expanding a series without an end here, for FirstOccurrence and the like.
const mostOccurrences = 5_000
const mostPeriods = 100_000

/** What decides when occurrences begin. */
type Series = Pick<CalendarItem, 'start' | 'startZone' | 'recurrence'>

/**
 * The instants at which the occurrences of a master begin, in order, none after
 * `untilMs`. Those before `fromMs` may be left out where nobody has to count them.
 */
export function* occurrenceStarts(master: Series, untilMs = Infinity, fromMs = -Infinity): Generator<number> {
  const { recurrence } = master
  if (!recurrence) return
  const zone = ianaOf(master.startZone)
  const time = wallClockOf(master.start, master.startZone).toPlainTime()
  const limit = limitOf(recurrence, untilMs)
  let count = 0
  for (const date of datesOf(recurrence, limit.isCounted ? -Infinity : fromMs)) {
    if (count === limit.count || (limit.until && Temporal.PlainDate.compare(date, limit.until) > 0)) return
    const start = date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds
    if (start > untilMs) return
    count++
    yield start
  }
}

/** How long an occurrence that begins at `start` lasts: the master's wall-clock length. */
export function occurrenceEnd(master: Series & Pick<CalendarItem, 'end'>, start: number): number {
  const length = wallClockOf(master.start, master.startZone).until(wallClockOf(master.end, master.startZone))
  return wallClockOf(start, master.startZone).add(length).toZonedDateTime(ianaOf(master.startZone))
    .epochMilliseconds
}

type Limit = { count: number; isCounted: boolean; until?: Temporal.PlainDate }

function limitOf({ range }: Recurrence, untilMs: number): Limit {
  const count = valueOf(range, 'NumberOfOccurrences')
  const until = valueOf(range, 'EndDate')
  const isEndless = range.kind === 'NoEndRecurrence' && untilMs === Infinity
  return {
    count: count ? Number(count) : isEndless ? mostOccurrences : Infinity,
    isCounted: count !== undefined || isEndless,
    ...(until && { until: Temporal.PlainDate.from(until) }),
  }
}

/** All dates of the pattern from the range's first day on, or from shortly before `fromMs`, without end. */
function* datesOf({ pattern, range }: Recurrence, fromMs: number): Generator<Temporal.PlainDate> {
  const first = Temporal.PlainDate.from(valueOf(range, 'StartDate') ?? '1970-01-01')
  const interval = Number(valueOf(pattern, 'Interval') ?? 1)
  const skipped = Math.max(0, Math.floor(periodsUntil(pattern.kind, first, fromMs) / interval) - 2)
  for (let step = skipped; step < skipped + mostPeriods; step++) {
    for (const date of datesOfPeriod(pattern, first, step * interval)) {
      if (Temporal.PlainDate.compare(date, first) >= 0) yield date
    }
  }
}

/** How many days, weeks, months or years lie between the first date and an instant; none where it is earlier. */
function periodsUntil(kind: string, first: Temporal.PlainDate, instantMs: number): number {
  const days = (instantMs - first.toZonedDateTime('UTC').epochMilliseconds) / 86_400_000
  if (!Number.isFinite(days) || days < 0) return 0
  const length = /Daily/.test(kind) ? 1 : /Weekly/.test(kind) ? 7 : /Monthly/.test(kind) ? 31 : 366
  return Math.floor(days / length)
}

function datesOfPeriod(
  pattern: Recurrence['pattern'],
  first: Temporal.PlainDate,
  offset: number,
): Temporal.PlainDate[] {
  const weekdays = (valueOf(pattern, 'DaysOfWeek') ?? '').split(' ')
  switch (pattern.kind) {
    case 'DailyRecurrence':
      return [first.add({ days: offset })]
    case 'WeeklyRecurrence':
      return daysOfWeek(
        first.add({ weeks: offset }),
        weekdays,
        valueOf(pattern, 'FirstDayOfWeek') ?? 'Sunday',
      )
    case 'AbsoluteMonthlyRecurrence':
      return [
        dayOfMonth(first.with({ day: 1 }).add({ months: offset }), Number(valueOf(pattern, 'DayOfMonth'))),
      ]
    case 'AbsoluteYearlyRecurrence':
      return [dayOfMonth(monthOfYear(pattern, first, offset), Number(valueOf(pattern, 'DayOfMonth')))]
    case 'RelativeMonthlyRecurrence':
      return [
        nthWeekday(
          first.with({ day: 1 }).add({ months: offset }),
          weekdays,
          valueOf(pattern, 'DayOfWeekIndex'),
        ),
      ]
    default:
      return [nthWeekday(monthOfYear(pattern, first, offset), weekdays, valueOf(pattern, 'DayOfWeekIndex'))]
  }
}

function monthOfYear(
  pattern: Recurrence['pattern'],
  first: Temporal.PlainDate,
  offset: number,
): Temporal.PlainDate {
  const month = months.indexOf(valueOf(pattern, 'Month') ?? 'January') + 1
  return first.with({ month, day: 1 }).add({ years: offset })
}

function dayOfMonth(month: Temporal.PlainDate, day: number): Temporal.PlainDate {
  return month.with({ day: Math.min(day, month.daysInMonth) })
}

function daysOfWeek(
  within: Temporal.PlainDate,
  names: readonly string[],
  firstDay: string,
): Temporal.PlainDate[] {
  const back = (within.dayOfWeek - 1 - days.indexOf(firstDay) + 7) % 7
  const weekStart = within.subtract({ days: back })
  return Array.from({ length: 7 }, (_, index) => weekStart.add({ days: index })).filter((date) =>
    matches(date, names),
  )
}

function nthWeekday(
  month: Temporal.PlainDate,
  names: readonly string[],
  index = 'First',
): Temporal.PlainDate {
  const all = Array.from({ length: month.daysInMonth }, (_, day) => month.with({ day: day + 1 }))
  const matching = all.filter((date) => matches(date, names))
  return matching[index === 'Last' ? matching.length - 1 : weeks.indexOf(index)] ?? month
}

function matches(date: Temporal.PlainDate, names: readonly string[]): boolean {
  const isWeekend = date.dayOfWeek > 5
  return (
    names.includes(days[date.dayOfWeek - 1] ?? '') ||
    names.includes('Day') ||
    names.includes(isWeekend ? 'WeekendDay' : 'Weekday')
  )
}

function valueOf(part: Recurrence['pattern'], name: string): string | undefined {
  return part.fields.find(([field]) => field === name)?.[1]
}
