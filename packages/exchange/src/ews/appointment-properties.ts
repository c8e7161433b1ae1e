import {
  type Appointment as EwsAppointment,
  Attendee as EwsAttendee,
  type AttendeeCollection,
  BodyType,
  Importance,
  LegacyFreeBusyStatus,
  MessageBody,
  Sensitivity,
  StringList,
} from 'ews-javascript-api'
import type { Appointment, AttendeeType, Field } from '@lockstep/domain'
import { writeWhen } from './when.ts'

/** How each field of an appointment is written to an item. Nothing that is not named here is ever written. */
const writers: Record<Field, (item: EwsAppointment, appointment: Appointment) => void> = {
  subject: (item, { subject }) => void (item.Subject = orNothing(subject)),
  body: (item, { body }) => void (item.Body = body.content === '' ? nothing : messageBody(body)),
  when: writeWhen,
  location: (item, { location }) => void (item.Location = orNothing(location)),
  showAs: (item, { showAs }) => void (item.LegacyFreeBusyStatus = busyStatuses[showAs]),
  sensitivity: (item, { sensitivity }) => void (item.Sensitivity = sensitivities[sensitivity]),
  importance: (item, { importance }) => void (item.Importance = importances[importance]),
  reminderMinutesBeforeStart: writeReminder,
  categories: (item, { categories }) =>
    void (item.Categories = categories.length === 0 ? nothing : new StringList([...categories])),
  attendees: (item, appointment) => {
    writeAttendees(item.RequiredAttendees, appointment, 'required')
    writeAttendees(item.OptionalAttendees, appointment, 'optional')
    writeAttendees(item.Resources, appointment, 'resource')
  },
  // Only attendees can answer.
  responses: () => {},
}

export const busyStatuses: Record<Appointment['showAs'], LegacyFreeBusyStatus> = {
  free: LegacyFreeBusyStatus.Free,
  tentative: LegacyFreeBusyStatus.Tentative,
  busy: LegacyFreeBusyStatus.Busy,
  oof: LegacyFreeBusyStatus.OOF,
  workingElsewhere: LegacyFreeBusyStatus.WorkingElsewhere,
}

export const importances: Record<Appointment['importance'], Importance> = {
  low: Importance.Low,
  normal: Importance.Normal,
  high: Importance.High,
}

const sensitivities: Record<Appointment['sensitivity'], Sensitivity> = {
  normal: Sensitivity.Normal,
  personal: Sensitivity.Personal,
}

/** The library's form of "no value": on an update it becomes DeleteItemField. Its types do not know it. */
const nothing = null as never

/** Writes the named fields of an appointment to a new item, or to one that is to be updated. */
export function writeFields(item: EwsAppointment, appointment: Appointment, fields: readonly Field[]): void {
  for (const field of fields) writers[field](item, appointment)
}

function orNothing(text: string): string {
  return text === '' ? nothing : text
}

function messageBody({ contentType, content }: Appointment['body']): MessageBody {
  return new MessageBody(contentType === 'html' ? BodyType.HTML : BodyType.Text, content)
}

function writeReminder(item: EwsAppointment, { reminderMinutesBeforeStart: minutes }: Appointment): void {
  item.IsReminderSet = minutes !== null
  if (minutes !== null) item.ReminderMinutesBeforeStart = minutes
}

/** The whole list of one kind; an empty one takes what was there away. */
function writeAttendees(list: AttendeeCollection, { attendees }: Appointment, type: AttendeeType): void {
  // An item of which nothing was read has empty lists, and clearing those alone goes unnoticed.
  list.Add('nobody')
  list.Clear()
  for (const { address, name } of attendees.filter((attendee) => attendee.type === type))
    list.Add(name === undefined ? new EwsAttendee(address) : new EwsAttendee(name, address))
}
