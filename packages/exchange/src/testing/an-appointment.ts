import type { Appointment } from '@lockstep/domain'
import { anAppointment as anyAppointment } from '@lockstep/domain/testing'

/** An appointment that can be written, far from any change of the clocks, but for what the test says about it. */
export function anAppointment(changes: Partial<Appointment> = {}): Appointment {
  const start = { dateTime: '2027-06-14T09:00:00', timeZone: 'Europe/Amsterdam' }
  const end = { dateTime: '2027-06-14T10:00:00', timeZone: 'Europe/Amsterdam' }
  return anyAppointment({ start, end, ...changes })
}
