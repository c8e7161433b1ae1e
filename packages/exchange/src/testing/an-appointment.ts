import type { Appointment } from '@lockstep/domain'

/** An appointment that can be written, but for what the test says about it. */
export function anAppointment(changes: Partial<Appointment> = {}): Appointment {
  return {
    subject: 'Site visit',
    body: { contentType: 'text', content: 'Bring the plans' },
    start: { dateTime: '2027-06-14T09:00:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-06-14T10:00:00', timeZone: 'Europe/Amsterdam' },
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
