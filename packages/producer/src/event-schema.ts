import { z } from 'zod'
import { appointmentSchema } from './appointment-schema.ts'
import { limits } from './limits.ts'
import { address, printableId } from './texts.ts'

export const eventTypes = ['appointment.created', 'appointment.updated', 'appointment.cancelled'] as const
export type EventType = (typeof eventTypes)[number]

export const eventHeadShape = {
  mailbox: address.describe('The primary SMTP address of the mailbox whose calendar holds the appointment.'),
  appointmentId: printableId.describe("The application's own id of the appointment."),
  version: z
    .int()
    .positive()
    .describe(
      'Grows with every change that the application makes. An older version never overwrites a newer one.',
    ),
  basedOn: z
    .int()
    .nonnegative()
    .optional()
    .describe(
      'The newest `revision` of Lockstep that the application had applied when it made this version.',
    ),
  exchangeId: printableId
    .optional()
    .describe(
      'For an appointment that was made in Exchange and has an id of the application: the id by which Lockstep told it first, or its iCalendar UID. With it the two are found to be one after a loss of Redis.',
    ),
  previousMailbox: address
    .optional()
    .describe('Where the appointment was before it moved to this mailbox: it is withdrawn there.'),
}

/** The attributes of a CloudEvent in structured JSON form. Extension attributes are allowed and ignored. */
export const envelopeShape = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(limits.idLength),
  source: z.string().min(1).max(limits.idLength).describe('The application that sends the event.'),
  type: z.enum(eventTypes),
  time: z.iso
    .datetime({ offset: true, error: 'is not a date and time' })
    .optional()
    .describe('When the application made the change.'),
  datacontenttype: z
    .string()
    .regex(/^application\/json(\s*;.*)?$/i, { error: 'is not application/json' })
    .optional(),
  subject: z.string().optional(),
}

/** What an application tells Lockstep: a CloudEvent 1.0 about one appointment. */
export const eventSchema = z
  .looseObject({
    ...envelopeShape,
    data: z.strictObject({
      ...eventHeadShape,
      appointment: appointmentSchema
        .optional()
        .describe('The whole appointment. A cancelled event needs none.'),
    }),
  })
  .superRefine(({ type, data }, context) => {
    if (type === 'appointment.cancelled' || data.appointment) return
    context.addIssue({ code: 'custom', path: ['data', 'appointment'], message: 'is missing' })
  })
  .meta({ id: 'AppointmentEvent' })

export type CloudEvent = z.input<typeof eventSchema>
export type ParsedEvent = z.output<typeof eventSchema>
