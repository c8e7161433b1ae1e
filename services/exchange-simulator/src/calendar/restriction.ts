import { EwsError, schemaViolation } from '../soap/errors.ts'
import { uidOfGlobalObjectId } from '../store/ids.ts'
import type { CalendarItem } from '../store/item.ts'
import type { Mailbox } from '../store/mailbox.ts'
import { child, type Element } from '../xml/element.ts'
import { calendarItemType } from './calendar-fields.ts'
import { cleanGlobalObjectIdKey, extendedValue, normalized, readExtendedPath } from './extended.ts'
import { fieldOfPath } from './fields.ts'
import { readInstant } from './time.ts'

type Value = string | number | boolean | undefined
type Test = (item: CalendarItem) => boolean

/** A compiled Restriction: a test, and, where an index can answer it, the only items that can pass. */
export type Restriction = { test: Test; candidates?: (mailbox: Mailbox) => CalendarItem[] }

/** A property as a search sees it: its values, and how a constant is read to be compared with them. */
type Operand = {
  values: (item: CalendarItem) => readonly Value[]
  constant: (text: string) => Value
  find?: (mailbox: Mailbox, constant: string) => CalendarItem[]
}

const comparisons: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  IsEqualTo: (left, right) => left === right,
  IsNotEqualTo: (left, right) => left !== right,
  IsGreaterThan: (left, right) => left !== undefined && right !== undefined && left > right,
  IsGreaterThanOrEqualTo: (left, right) => left !== undefined && right !== undefined && left >= right,
  IsLessThan: (left, right) => left !== undefined && right !== undefined && left < right,
  IsLessThanOrEqualTo: (left, right) => left !== undefined && right !== undefined && left <= right,
}

/** Compiles one search expression. `zone` reads times that name no offset. */
export function compileRestriction(expression: Element, zone: string): Restriction {
  switch (expression.name) {
    case 'And':
      return compileAnd(expression.children.map((part) => compileRestriction(part, zone)))
    case 'Or': {
      const parts = expression.children.map((part) => compileRestriction(part, zone))
      return { test: (item) => parts.some(({ test }) => test(item)) }
    }
    case 'Not': {
      const part = compileRestriction(only(expression), zone)
      return { test: (item) => !part.test(item) }
    }
    case 'Exists': {
      const operand = operandOf(only(expression), zone)
      return { test: (item) => operand.values(item).some((value) => value !== undefined && value !== '') }
    }
    case 'Contains':
      return { test: compileContains(expression, zone) }
    default:
      return compileComparison(expression, zone)
  }
}

function compileAnd(parts: readonly Restriction[]): Restriction {
  const indexed = parts.find(({ candidates }) => candidates)
  const test: Test = (item) => parts.every((part) => part.test(item))
  return indexed?.candidates ? { test, candidates: indexed.candidates } : { test }
}

function compileComparison(expression: Element, zone: string): Restriction {
  const compare = comparisons[expression.name]
  if (!compare) throw schemaViolation(`unexpected element ${expression.name} in Restriction`)
  const operand = operandOf(expression.children[0], zone)
  const right = expression.children[1]
  const given = right && (child(right, 'Constant') ?? right.children[0])
  if (!right || right.name !== 'FieldURIOrConstant' || !given)
    throw schemaViolation('FieldURIOrConstant is missing')
  if (given.name !== 'Constant') {
    const other = operandOf(given, zone)
    return { test: (item) => compare(operand.values(item)[0], other.values(item)[0]) }
  }
  const text = given.attributes['Value'] ?? ''
  const constant = operand.constant(text)
  const test: Test = (item) => operand.values(item).some((value) => compare(value, constant))
  const { find } = operand
  return find && expression.name === 'IsEqualTo'
    ? { test, candidates: (mailbox) => find(mailbox, text) }
    : { test }
}

function compileContains(expression: Element, zone: string): Test {
  const operand = operandOf(expression.children[0], zone)
  const wanted = child(expression, 'Constant')?.attributes['Value'] ?? ''
  const mode = expression.attributes['ContainmentMode'] ?? 'FullString'
  const ignoresCase = (expression.attributes['ContainmentComparison'] ?? 'Exact') !== 'Exact'
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text)
  const needle = fold(wanted)
  const matches = (value: string): boolean => {
    if (mode === 'FullString' || mode === 'ExactPhrase') return value === needle
    return mode.startsWith('Prefix') ? value.startsWith(needle) : value.includes(needle)
  }
  return (item) => operand.values(item).some((value) => value !== undefined && matches(fold(String(value))))
}

function operandOf(path: Element | undefined, zone: string): Operand {
  if (!path) throw schemaViolation('a search expression without a path')
  if (path.name === 'ExtendedFieldURI') return extendedOperand(path)
  const uri = path.attributes['FieldURI']
  const operand = uri && path.name === 'FieldURI' ? operandsOf(zone)[uri] : undefined
  if (operand) return operand
  fieldOfPath(uri)
  throw new EwsError(
    'ErrorUnsupportedPathForQuery',
    'The property can not be used with this type of restriction.',
  )
}

function extendedOperand(element: Element): Operand {
  const path = readExtendedPath(element)
  const constant = (text: string): string => normalized(text, path.type)
  return {
    values: (item) => extendedValue(item, path)?.values ?? [undefined],
    constant,
    find: (mailbox, text) =>
      path.key === cleanGlobalObjectIdKey
        ? mailbox.withUid(uidOfGlobalObjectId(text))
        : mailbox.withExtended(path.key, constant(text)),
  }
}

const plain = (value: (item: CalendarItem) => Value): Operand => ({
  values: (item) => [value(item)],
  constant: (text) => text,
})

const textOperands: Readonly<Record<string, Operand>> = {
  'item:ItemClass': plain((item) => item.itemClass),
  'item:Subject': plain((item) => item.subject ?? undefined),
  'item:Importance': plain((item) => item.importance),
  'item:Sensitivity': plain((item) => item.sensitivity),
  'calendar:Location': plain((item) => item.location ?? undefined),
  'calendar:LegacyFreeBusyStatus': plain((item) => item.showAs),
  'calendar:CalendarItemType': plain(calendarItemType),
  'calendar:UID': {
    values: (item) => [item.uid.toUpperCase()],
    constant: (text) => text.toUpperCase(),
    find: (mailbox, uid) => mailbox.withUid(uid),
  },
  'item:Categories': { values: (item) => item.categories, constant: (text) => text },
  'item:ReminderIsSet': flag((item) => item.reminderIsSet),
  'calendar:IsAllDayEvent': flag((item) => item.isAllDay),
  'calendar:IsMeeting': flag((item) => item.isMeeting),
  'calendar:IsCancelled': flag((item) => item.isCancelled),
  'calendar:IsRecurring': flag((item) => item.recurrence !== null),
}

function operandsOf(zone: string): Readonly<Record<string, Operand>> {
  const time = (value: (item: CalendarItem) => number): Operand => ({
    values: (item) => [Math.floor(value(item) / 1000)],
    constant: (text) => Math.floor(readInstant(text, zone) / 1000),
  })
  return {
    ...textOperands,
    'calendar:Start': time((item) => item.start),
    'calendar:End': time((item) => item.end),
    'item:DateTimeCreated': time((item) => item.createdAt),
    'item:DateTimeReceived': time((item) => item.createdAt),
    'item:LastModifiedTime': time((item) => item.modifiedAt),
  }
}

function flag(value: (item: CalendarItem) => boolean): Operand {
  return { values: (item) => [value(item)], constant: (text) => text === 'true' || text === '1' }
}

function only(expression: Element): Element {
  const [inner] = expression.children
  if (!inner || expression.children.length > 1)
    throw schemaViolation(`${expression.name} wants one expression`)
  return inner
}
