import { type AppointmentInput, appointmentSchema } from '@lockstep/producer'
import { z } from 'zod'

/** An appointment as the application holds it: Lockstep's contract is good enough for a calendar of its own. */
export type Appointment = AppointmentInput

/** What a user says to make an appointment. */
export const creation = z.strictObject({
  mailbox: z.email().toLowerCase(),
  appointment: appointmentSchema,
})

/** What a user says to change one: any of its properties. */
export const edit = z.record(z.string(), z.unknown())

/** The appointment with other values in the given properties, if they make sense together. */
export function edited(appointment: Appointment, changes: z.output<typeof edit>): Appointment {
  return appointmentSchema.parse({ ...appointment, ...changes })
}

/** The appointment without what this application does not know: a newer Lockstep may tell more. */
export function known(told: object): Appointment {
  const names = Object.keys(appointmentSchema.shape)
  return Object.fromEntries(Object.entries(told).filter(([name]) => names.includes(name))) as Appointment
}
