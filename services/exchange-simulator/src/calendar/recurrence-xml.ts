import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { Recurrence, RecurrencePart } from '../store/item.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { readDate } from './time.ts'
import { ianaOf } from './zones.ts'

/** The child elements of each pattern and range, in the schema's order; those with a mark may be missing. */
const patterns: Readonly<Record<string, readonly string[]>> = {
  RelativeYearlyRecurrence: ['DaysOfWeek', 'DayOfWeekIndex', 'Month'],
  AbsoluteYearlyRecurrence: ['DayOfMonth', 'Month'],
  RelativeMonthlyRecurrence: ['Interval', 'DaysOfWeek', 'DayOfWeekIndex'],
  AbsoluteMonthlyRecurrence: ['Interval', 'DayOfMonth'],
  WeeklyRecurrence: ['Interval', 'DaysOfWeek', 'FirstDayOfWeek?'],
  DailyRecurrence: ['Interval'],
}
const ranges: Readonly<Record<string, readonly string[]>> = {
  NoEndRecurrence: ['StartDate'],
  EndDateRecurrence: ['StartDate', 'EndDate'],
  NumberedRecurrence: ['StartDate', 'NumberOfOccurrences'],
}

export function readRecurrence(element: Element): Recurrence {
  const [pattern, range] = element.children
  if (!pattern || !range || element.children.length > 2)
    throw schemaViolation('Recurrence wants a pattern and a range')
  const recurrence = { pattern: readPart(pattern, patterns), range: readPart(range, ranges) }
  check(recurrence)
  return recurrence
}

/** Dates come with the offset that the series' zone has on them, as Exchange writes them. */
export function writeRecurrence({ pattern, range }: Recurrence, zone: string): Xml {
  const offsetOn = (date: string): string => {
    const { offset } = Temporal.PlainDate.from(date).toZonedDateTime(ianaOf(zone))
    return offset === '+00:00' ? 'Z' : offset
  }
  const dated = range.fields.map(([name, value]): [string, string] =>
    name.endsWith('Date') ? [name, value + offsetOn(value)] : [name, value],
  )
  return node('t:Recurrence', [writePart(pattern), writePart({ kind: range.kind, fields: dated })])
}

function writePart({ kind, fields }: RecurrencePart): Xml {
  return node(
    `t:${kind}`,
    fields.map(([name, value]) => leaf(`t:${name}`, value)),
  )
}

function readPart(element: Element, known: Readonly<Record<string, readonly string[]>>): RecurrencePart {
  const names = known[element.name]
  if (!names) throw schemaViolation(`unexpected element ${element.name} in Recurrence`)
  const fields: [string, string][] = []
  for (const name of names) {
    const wanted = name.replace('?', '')
    const given = element.children.find((candidate) => candidate.name === wanted)
    if (given) fields.push([wanted, valueOf(given)])
    else if (wanted === name) throw schemaViolation(`${element.name} without ${wanted}`)
  }
  return { kind: element.name, fields }
}

function valueOf({ name, text }: Element): string {
  if (name === 'StartDate' || name === 'EndDate') return readDate(text)
  const value = text.trim()
  const known = words[name]
  const isValid = known ? value.split(/\s+/).every((word) => known.includes(word)) : /^-?\d+$/.test(value)
  if (!isValid) throw schemaViolation(`'${value}' is not a valid ${name}`)
  return value.split(/\s+/).join(' ')
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'January February March April May June July August September October November December'.split(
  ' ',
)
const words: Readonly<Record<string, readonly string[]>> = {
  DaysOfWeek: [...days, 'Day', 'Weekday', 'WeekendDay'],
  FirstDayOfWeek: days,
  DayOfWeekIndex: ['First', 'Second', 'Third', 'Fourth', 'Last'],
  Month: months,
}

const lastDate = '4500-09-01'

function check({ pattern, range }: Recurrence): void {
  const fields = Object.fromEntries([...pattern.fields, ...range.fields])
  const mostInterval = pattern.kind === 'DailyRecurrence' ? 999 : 99
  if (!isWithin(fields['Interval'], mostInterval) || !isWithin(fields['DayOfMonth'], 31)) throw outOfRange()
  if (!isWithin(fields['NumberOfOccurrences'], 999)) throw outOfRange()
  const isWeekly = pattern.kind === 'WeeklyRecurrence'
  if (isWeekly && !(fields['DaysOfWeek'] ?? '').split(' ').every((day) => days.includes(day))) {
    throw new EwsError(
      'ErrorCalendarInvalidDayForWeeklyRecurrence',
      'A weekly recurrence is on days of the week only.',
    )
  }
  const { StartDate: start = '', EndDate: end = start } = fields
  if (end < start) {
    throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'EndDate is earlier than StartDate')
  }
  if (end > lastDate)
    throw new EwsError('ErrorRecurrenceEndDateTooBig', 'The end of the recurrence is too far.')
}

function isWithin(value: string | undefined, most: number): boolean {
  return value === undefined || (Number(value) >= 1 && Number(value) <= most)
}

function outOfRange(): EwsError {
  return new EwsError('ErrorCalendarOutOfRange', 'A value of the recurrence is out of its range.')
}
