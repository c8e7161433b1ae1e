import {
  type Appointment as EwsAppointment,
  AppointmentSchema,
  type AttendeeCollection,
  BasePropertySet,
  BodyType,
  type DateTime,
  type EmailAddress,
  type FolderId,
  Importance,
  type Item,
  type ItemId,
  ItemSchema,
  LegacyFreeBusyStatus,
  MeetingResponseType,
  type MessageBody,
  PropertySet,
  Sensitivity as EwsSensitivity,
  type StringList,
  AppointmentType,
} from 'ews-javascript-api'
import type { Appointment, Attendee, AttendeeType, Body, Sensitivity } from '@lockstep/domain'
import type { CalendarItem, ItemHead } from '../calendar-gateway.ts'
import { requiredValueOf, valueOf } from './properties.ts'
import {
  appointmentIdProperty,
  baseProperty,
  readStamp,
  type StampedZones,
  versionProperty,
} from './stamp.ts'
import { readWhen } from './when.ts'

const headProperties = [
  ItemSchema.Sensitivity,
  ItemSchema.LastModifiedTime,
  AppointmentSchema.AppointmentType,
  AppointmentSchema.IsRecurring,
  AppointmentSchema.ICalUid,
  appointmentIdProperty,
  versionProperty,
]

const contentProperties = [
  baseProperty,
  ItemSchema.Subject,
  ItemSchema.Body,
  ItemSchema.Importance,
  ItemSchema.IsReminderSet,
  ItemSchema.ReminderMinutesBeforeStart,
  ItemSchema.Categories,
  AppointmentSchema.Start,
  AppointmentSchema.End,
  AppointmentSchema.StartTimeZone,
  AppointmentSchema.EndTimeZone,
  AppointmentSchema.IsAllDayEvent,
  AppointmentSchema.Location,
  AppointmentSchema.LegacyFreeBusyStatus,
  AppointmentSchema.RequiredAttendees,
  AppointmentSchema.OptionalAttendees,
  AppointmentSchema.Resources,
  AppointmentSchema.Organizer,
  AppointmentSchema.IsMeeting,
  AppointmentSchema.MyResponseType,
]

/** What may be known of an item before it is admitted: no content. */
export const headShape = (): PropertySet => new PropertySet(BasePropertySet.IdOnly, ...headProperties)

/** The same, of an item that may lie anywhere. */
export const placedHeadShape = (): PropertySet =>
  new PropertySet(BasePropertySet.IdOnly, ...headProperties, ItemSchema.ParentFolderId)

/** All that `CalendarItem` is made of. Without a body type Exchange answers with the best that there is. */
export const itemShape = (): PropertySet =>
  new PropertySet(BasePropertySet.IdOnly, ...headProperties, ItemSchema.ParentFolderId, ...contentProperties)

export function readHead(item: Item): ItemHead {
  const id = requiredValueOf(item, ItemSchema.Id) as ItemId
  const type =
    (valueOf(item, AppointmentSchema.AppointmentType) as AppointmentType | undefined) ??
    AppointmentType.Single
  const { stamp } = readStamp(item)
  return {
    itemId: id.UniqueId,
    changeKey: id.ChangeKey,
    uid: (valueOf(item, AppointmentSchema.ICalUid) as string | undefined) ?? '',
    sensitivity: sensitivityOf(item),
    isRecurring:
      type !== AppointmentType.Single ||
      (valueOf(item, AppointmentSchema.IsRecurring) as boolean | undefined) === true,
    lastModifiedMs:
      (valueOf(item, ItemSchema.LastModifiedTime) as DateTime | undefined)?.TotalMilliSeconds ?? 0,
    ...(stamp && { stamp }),
  }
}

/** Where an item lies: its folder is known by its id only. */
export type Placed = { readonly folderId: string }
export type PlacedHead = ItemHead & Placed
export type PlacedItem = Omit<CalendarItem, 'inCalendar'> & Placed

export function readPlacedHead(item: Item): PlacedHead {
  return { ...readHead(item), ...placeOf(item) }
}

function placeOf(item: Item): Placed {
  return { folderId: (requiredValueOf(item, ItemSchema.ParentFolderId) as FolderId).UniqueId }
}

export function readItem(item: EwsAppointment, mailbox: string): PlacedItem {
  const head = readHead(item)
  const organizer = (valueOf(item, AppointmentSchema.Organizer) as EmailAddress | undefined)?.Address?.trim()
  const { sensitivity } = head
  const isOpen = !head.isRecurring && (sensitivity === 'normal' || sensitivity === 'personal')
  return {
    ...head,
    ...(isOpen && { appointment: readAppointment(item, sensitivity, readStamp(item).zones) }),
    ...(organizer && { organizer }),
    role: isAttendee(item, mailbox, organizer) ? 'attendee' : 'organizer',
    ...placeOf(item),
  }
}

/** A sensitivity that we do not know is treated as the most guarded one. */
function sensitivityOf(item: Item): Sensitivity {
  switch (valueOf(item, ItemSchema.Sensitivity) as EwsSensitivity | undefined) {
    case EwsSensitivity.Normal:
      return 'normal'
    case EwsSensitivity.Personal:
      return 'personal'
    case EwsSensitivity.Private:
      return 'private'
    default:
      return 'confidential'
  }
}

function isAttendee(item: Item, mailbox: string, organizer: string | undefined): boolean {
  const response = valueOf(item, AppointmentSchema.MyResponseType) as MeetingResponseType | undefined
  return (
    (valueOf(item, AppointmentSchema.IsMeeting) as boolean | undefined) === true &&
    response !== MeetingResponseType.Organizer &&
    organizer?.toLowerCase() !== mailbox.toLowerCase()
  )
}

function readAppointment(
  item: EwsAppointment,
  sensitivity: Appointment['sensitivity'],
  zones: StampedZones,
): Appointment {
  const isReminderSet = (valueOf(item, ItemSchema.IsReminderSet) as boolean | undefined) ?? false
  const minutes = (valueOf(item, ItemSchema.ReminderMinutesBeforeStart) as number | undefined) ?? 0
  return {
    subject: (valueOf(item, ItemSchema.Subject) as string | undefined) ?? '',
    body: readBody(item),
    ...readWhen(item, zones),
    location: (valueOf(item, AppointmentSchema.Location) as string | undefined) ?? '',
    showAs:
      showAs[
        (valueOf(item, AppointmentSchema.LegacyFreeBusyStatus) as LegacyFreeBusyStatus | undefined) ??
          LegacyFreeBusyStatus.Busy
      ],
    sensitivity,
    importance:
      importance[(valueOf(item, ItemSchema.Importance) as Importance | undefined) ?? Importance.Normal],
    reminderMinutesBeforeStart: isReminderSet ? minutes : null,
    categories: [
      ...((valueOf(item, ItemSchema.Categories) as StringList | undefined)?.GetEnumerator() ?? []),
    ],
    attendees: eachOnce([
      ...readAttendees(item, AppointmentSchema.RequiredAttendees, 'required'),
      ...readAttendees(item, AppointmentSchema.OptionalAttendees, 'optional'),
      ...readAttendees(item, AppointmentSchema.Resources, 'resource'),
    ]),
  }
}

function readBody(item: Item): Body {
  const body = valueOf(item, ItemSchema.Body) as MessageBody | undefined
  return {
    contentType: body?.Text && body.BodyType === BodyType.HTML ? 'html' : 'text',
    content: body?.Text ?? '',
  }
}

function readAttendees(
  item: Item,
  property: typeof AppointmentSchema.RequiredAttendees,
  type: AttendeeType,
): Attendee[] {
  const attendees = (valueOf(item, property) as AttendeeCollection | undefined)?.GetEnumerator() ?? []
  return attendees.flatMap(({ Address, Name, ResponseType }) => {
    // A name that somebody typed and nobody resolved has none: it cannot be mailed, nor told.
    const address = (Address as string | null)?.trim()
    if (!address?.includes('@')) return []
    const response = responses[ResponseType]
    return [{ address, ...(Name && { name: Name }), type, ...(response && { response }) }]
  })
}

/** Exchange lets somebody be invited twice, as required and as optional, say. */
function eachOnce(attendees: readonly Attendee[]): Attendee[] {
  const byAddress = new Map<string, Attendee>()
  for (const attendee of attendees) {
    const key = attendee.address.toLowerCase()
    if (!byAddress.has(key)) byAddress.set(key, attendee)
  }
  return [...byAddress.values()]
}

const showAs: Record<LegacyFreeBusyStatus, Appointment['showAs']> = {
  [LegacyFreeBusyStatus.Free]: 'free',
  [LegacyFreeBusyStatus.Tentative]: 'tentative',
  [LegacyFreeBusyStatus.Busy]: 'busy',
  [LegacyFreeBusyStatus.OOF]: 'oof',
  [LegacyFreeBusyStatus.WorkingElsewhere]: 'workingElsewhere',
  [LegacyFreeBusyStatus.NoData]: 'busy',
}

const importance: Record<Importance, Appointment['importance']> = {
  [Importance.Low]: 'low',
  [Importance.Normal]: 'normal',
  [Importance.High]: 'high',
}

const responses: Partial<Record<MeetingResponseType, NonNullable<Attendee['response']>>> = {
  [MeetingResponseType.Accept]: 'accepted',
  [MeetingResponseType.Tentative]: 'tentative',
  [MeetingResponseType.Decline]: 'declined',
}
