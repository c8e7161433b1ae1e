import { EwsError } from '../soap/errors.ts'
import { uidOfGlobalObjectId } from '../store/ids.ts'
import type { CalendarItem } from '../store/item.ts'
import type { Element } from '../xml/element.ts'
import { bodyAs } from './body.ts'
import { appointmentState, calendarItemType } from './calendar-fields.ts'
import { cleanGlobalObjectIdKey, extendedValue, normalized, readExtendedPath } from './extended.ts'
import { fieldOfPath } from './fields.ts'
import { namesOf, sizeOf } from './item-fields.ts'
import { compileExpression, type Operand, type Search, type Value } from './search-expression.ts'
import { readInstant } from './time.ts'

/** A compiled Restriction on items. */
export type Restriction = Search<CalendarItem>
type ItemOperand = Operand<CalendarItem>

/** Compiles the expression of a Restriction. `zone` reads times that name no offset. */
export function compileRestriction(expression: Element, zone: string): Restriction {
  return compileExpression(expression, (path) => searchable(path, zone))
}

function searchable(path: Element, zone: string): ItemOperand {
  const operand = itemOperand(path, zone)
  if (operand) return operand
  throw new EwsError(
    'ErrorUnsupportedPathForQuery',
    'The property can not be used with this type of restriction.',
  )
}

/** The property that a path names, as searches and sort orders see it; `undefined` for what they cannot see. */
export function itemOperand(path: Element, zone: string): ItemOperand | undefined {
  if (path.name === 'ExtendedFieldURI') return extendedOperand(path)
  const uri = path.attributes['FieldURI']
  if (path.name !== 'FieldURI' || uri === undefined) return undefined
  const time = times[uri]
  if (time) {
    return {
      values: (item) => [Math.floor(time(item) / 1000)],
      constant: (text) => Math.floor(readInstant(text, zone) / 1000),
    }
  }
  const operand = operands[uri]
  if (!operand) fieldOfPath(uri)
  return operand
}

function extendedOperand(element: Element): ItemOperand {
  const path = readExtendedPath(element)
  const isNumber = /^(Integer|Short|Long|Double|Float|Currency)/.test(path.type)
  const isBinary = path.type.startsWith('Binary')
  const valueOf = (text: string | undefined): Value => {
    if (text === undefined) return undefined
    if (isBinary) return Buffer.from(text, 'base64').toString('hex')
    return isNumber ? Number(text) : text
  }
  const constant = (text: string): string => normalized(text, path.type)
  return {
    values: (item) => extendedValue(item, path)?.values.map(valueOf) ?? [undefined],
    constant: (text) => valueOf(constant(text)),
    find: (mailbox, text) =>
      path.key === cleanGlobalObjectIdKey
        ? mailbox.withUid(uidOfGlobalObjectId(text))
        : mailbox.withExtended(path.key, constant(text)),
  }
}

const plain = (value: (item: CalendarItem) => Value): ItemOperand => ({
  values: (item) => [value(item)],
  constant: (text) => text,
})
const number = (value: (item: CalendarItem) => number): ItemOperand => ({
  values: (item) => [value(item)],
  constant: Number,
})
const flag = (value: (item: CalendarItem) => boolean): ItemOperand => ({
  values: (item) => [value(item)],
  constant: (text) => text === 'true' || text === '1',
})

const times: Readonly<Record<string, (item: CalendarItem) => number>> = {
  'calendar:Start': (item) => item.start,
  'calendar:End': (item) => item.end,
  'calendar:DateTimeStamp': (item) => item.modifiedAt,
  'item:DateTimeCreated': (item) => item.createdAt,
  'item:DateTimeReceived': (item) => item.createdAt,
  'item:DateTimeSent': (item) => item.createdAt,
  'item:LastModifiedTime': (item) => item.modifiedAt,
  'item:ReminderDueBy': (item) => item.start,
}

const operands: Readonly<Record<string, ItemOperand>> = {
  'item:ItemClass': plain((item) => item.itemClass),
  'item:Subject': plain((item) => item.subject ?? undefined),
  'item:Body': plain((item) => (item.body ? bodyAs(item.body, 'Text').content : undefined)),
  'item:Importance': plain((item) => item.importance),
  'item:Sensitivity': plain((item) => item.sensitivity),
  'item:LastModifiedName': plain((item) => item.modifiedBy),
  'item:DisplayTo': plain((item) => namesOf(item, 'required')),
  'item:DisplayCc': plain((item) => namesOf(item, 'optional')),
  'item:Categories': { values: (item) => item.categories, constant: (text) => text },
  'item:Size': number(sizeOf),
  'item:ReminderMinutesBeforeStart': number((item) => item.reminderMinutes),
  'item:ReminderIsSet': flag((item) => item.reminderIsSet),
  'item:HasAttachments': flag(() => false),
  'calendar:Location': plain((item) => item.location ?? undefined),
  'calendar:LegacyFreeBusyStatus': plain((item) => item.showAs),
  'calendar:CalendarItemType': plain(calendarItemType),
  'calendar:MyResponseType': plain((item) => item.myResponse),
  'calendar:UID': {
    values: (item) => [item.uid.toUpperCase()],
    constant: (text) => text.toUpperCase(),
    find: (mailbox, uid) => mailbox.withUid(uid),
  },
  'calendar:AppointmentState': number(appointmentState),
  'calendar:AppointmentSequenceNumber': number((item) => item.sequence),
  'calendar:IsAllDayEvent': flag((item) => item.isAllDay),
  'calendar:IsMeeting': flag((item) => item.isMeeting),
  'calendar:IsCancelled': flag((item) => item.isCancelled),
  'calendar:IsRecurring': flag((item) => item.recurrence !== null),
  'calendar:MeetingRequestWasSent': flag((item) => item.requestWasSent),
}
