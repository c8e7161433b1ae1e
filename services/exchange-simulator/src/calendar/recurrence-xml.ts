import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { Recurrence, RecurrencePart } from '../store/item.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { readDate } from './time.ts'

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
  checkDates(recurrence.range)
  return recurrence
}

export function writeRecurrence({ pattern, range }: Recurrence): Xml {
  return node('t:Recurrence', [writePart(pattern), writePart(range)])
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
  const isNumber = name === 'Interval' || name === 'DayOfMonth' || name === 'NumberOfOccurrences'
  if (isNumber && !/^\d+$/.test(value)) throw schemaViolation(`'${value}' is not a valid ${name}`)
  return value
}

function checkDates(range: RecurrencePart): void {
  const dates = Object.fromEntries(range.fields)
  if (dates['EndDate'] && dates['StartDate'] && dates['EndDate'] < dates['StartDate']) {
    throw new EwsError('ErrorCalendarEndDateIsEarlierThanStartDate', 'EndDate is earlier than StartDate')
  }
}
