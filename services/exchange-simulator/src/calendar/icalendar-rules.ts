import type { Recurrence } from '../store/item.ts'
import { rulesOf, type ZoneRule } from './zone-rules.ts'

const months = 'January February March April May June July August September October November December'.split(
  ' ',
)
const weeks = ['First', 'Second', 'Third', 'Fourth']

/** The RRULE of a recurrence. */
export function recurrenceRule({ pattern, range }: Recurrence): string {
  const fields = Object.fromEntries([...pattern.fields, ...range.fields])
  const frequency = /Daily|Weekly|Monthly|Yearly/.exec(pattern.kind)?.[0].toUpperCase() ?? 'DAILY'
  const month = fields['Month'] ? `;BYMONTH=${months.indexOf(fields['Month']) + 1}` : ''
  return (
    `FREQ=${frequency};INTERVAL=${fields['Interval'] ?? 1}` +
    month +
    daysOf(pattern.kind, fields) +
    (fields['NumberOfOccurrences'] ? `;COUNT=${fields['NumberOfOccurrences']}` : '') +
    (fields['EndDate'] ? `;UNTIL=${fields['EndDate'].replaceAll('-', '')}T235959Z` : '')
  )
}

function daysOf(kind: string, fields: Readonly<Record<string, string>>): string {
  if (fields['DayOfMonth']) return `;BYMONTHDAY=${fields['DayOfMonth']}`
  if (!fields['DaysOfWeek']) return ''
  const days = fields['DaysOfWeek'].split(' ').flatMap(shortDays).join(',')
  if (!kind.startsWith('Relative')) return `;BYDAY=${days}`
  const index = fields['DayOfWeekIndex'] ?? 'First'
  return `;BYDAY=${days};BYSETPOS=${index === 'Last' ? -1 : weeks.indexOf(index) + 1}`
}

function shortDays(word: string): string[] {
  const workdays = ['MO', 'TU', 'WE', 'TH', 'FR']
  switch (word) {
    case 'Day':
      return [...workdays, 'SA', 'SU']
    case 'Weekday':
      return workdays
    case 'WeekendDay':
      return ['SA', 'SU']
    default:
      return [word.slice(0, 2).toUpperCase()]
  }
}

/** A VTIMEZONE under its Windows id, with the rules of the present year. */
export function timeZoneLines(windowsId: string, iana: string): string[] {
  const { standard, daylight } = rulesOf(iana, new Date().getUTCFullYear())
  const summer = daylight?.offset ?? standard
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${windowsId}`,
    ...part('STANDARD', summer, standard, daylight?.toStandard),
    ...part('DAYLIGHT', standard, summer, daylight?.toDaylight),
    'END:VTIMEZONE',
  ]
}

function part(name: string, from: number, to: number, rule: ZoneRule | undefined): string[] {
  const minutes = rule?.minutes ?? 0
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return [
    `BEGIN:${name}`,
    `DTSTART:16010101T${two(minutes / 60)}${two(minutes % 60)}00`,
    `TZOFFSETFROM:${offset(from)}`,
    `TZOFFSETTO:${offset(to)}`,
    ...(rule
      ? [
          `RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=${rule.occurrence}${rule.day.slice(0, 2).toUpperCase()};BYMONTH=${rule.month}`,
        ]
      : []),
    `END:${name}`,
  ]
}

function offset(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}${two(size % 60)}`
}
