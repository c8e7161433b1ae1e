import type { Appointment } from '../appointment.ts'
import type { Digest } from '../field.ts'
import { type AppointmentRecord, emptyLink } from '../record.ts'

/** An appointment that may cross, but for what the test says about it. */
export function anAppointment(changes: Partial<Appointment> = {}): Appointment {
  return {
    subject: 'Site visit',
    body: { contentType: 'text', content: 'Bring the plans' },
    start: { dateTime: '2027-03-27T09:00:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-03-27T10:00:00', timeZone: 'Europe/Amsterdam' },
    isAllDay: false,
    location: 'Room 4',
    showAs: 'busy',
    sensitivity: 'normal',
    importance: 'normal',
    reminderMinutesBeforeStart: 15,
    categories: [],
    attendees: [],
    ...changes,
  }
}

/** A record of which nothing is known yet, but for what the test says about it. */
export function aRecord(changes: Partial<AppointmentRecord> = {}): AppointmentRecord {
  return { appointmentId: 'A1', link: emptyLink, offers: [], ...changes }
}

/** Says what it digests, so that a failing test can be read. */
export const testDigest: Digest = (text) => text.replaceAll('\n', '|')
