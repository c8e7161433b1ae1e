import type { Attendee } from './appointment.ts'
import type { Field } from './field.ts'

/** Who gets a mail: nobody, everybody, or only those whose attendance changed. */
export type Send = 'none' | 'all' | 'changed'

/** The fields that attendees want to hear of. */
const relevantToAttendees: ReadonlySet<Field> = new Set(['subject', 'body', 'when', 'location', 'attendees'])

export type Meeting = {
  readonly role: 'organizer' | 'attendee'
  readonly attendees: readonly Attendee[]
  readonly isOver: boolean
  /** The connection's switch: no mail at all. */
  readonly mute: boolean
}

/** Whether the creation or the deletion of an item is mailed to its attendees. */
export function sendOnCreateOrDelete(meeting: Meeting): 'none' | 'all' {
  return mayMail(meeting) && meeting.attendees.length > 0 ? 'all' : 'none'
}

/** Who is mailed when the fields of an item change. */
export function sendOnUpdate(meeting: Meeting, fields: readonly Field[]): Send {
  const relevant = fields.filter((field) => relevantToAttendees.has(field))
  if (!mayMail(meeting) || relevant.length === 0) return 'none'
  if (relevant.every((field) => field === 'attendees')) return 'changed'
  if (meeting.attendees.length > 0) return 'all'
  return relevant.includes('attendees') ? 'changed' : 'none'
}

function mayMail({ role, isOver, mute }: Meeting): boolean {
  return role === 'organizer' && !isOver && !mute
}
