import { z } from 'zod'
import { limits } from './limits.ts'
import { address, body, text } from './texts.ts'
import { checkWhen } from './when.ts'
import { zonedTimeSchema } from './zoned-time-schema.ts'

const bodySchema = z.strictObject({
  contentType: z.enum(['text', 'html']),
  content: body.describe(`Up to ${limits.bodyBytes / 1024} KiB in UTF-8.`),
})

export const attendeeSchema = z
  .strictObject({
    address: address,
    name: text().optional(),
    type: z.enum(['required', 'optional', 'resource']).default('required'),
    response: z
      .enum(['none', 'accepted', 'tentative', 'declined'])
      .optional()
      .describe("The attendee's answer. Told in changes; ignored in events."),
  })
  .meta({ id: 'Attendee' })

const appointmentShape = {
  subject: text().describe('May be empty.'),
  body: bodySchema.default({ contentType: 'text', content: '' }),
  start: zonedTimeSchema,
  end: zonedTimeSchema.describe('For an all-day appointment the midnight after its last day.'),
  isAllDay: z.boolean().default(false).describe('All-day appointments start and end at midnight.'),
  location: text().default(''),
  showAs: z.enum(['free', 'tentative', 'busy', 'oof', 'workingElsewhere']).default('busy'),
  sensitivity: z
    .enum(['normal', 'personal', 'private', 'confidential'])
    .default('normal')
    .describe('Private and confidential appointments are refused, and withdrawn if they were there before.'),
  importance: z.enum(['low', 'normal', 'high']).default('normal'),
  reminderMinutesBeforeStart: z
    .int()
    .min(0)
    .max(limits.reminderMinutes)
    .nullable()
    .default(null)
    .describe('`null`: no reminder.'),
  categories: z.array(text().min(1)).max(limits.categories).default([]),
  recurrence: z
    .record(z.string(), z.unknown())
    .nullable()
    .default(null)
    .describe('Anything but `null` makes the appointment a recurring one, and those are refused.'),
  attendees: z.array(attendeeSchema).max(limits.attendees).default([]),
}

/** One single appointment in the form of the wire contract. Names follow Microsoft Graph's event. */
export const appointmentSchema = z
  .strictObject(appointmentShape)
  .superRefine(checkWhen)
  .superRefine(({ attendees }, context) => {
    const seen = new Set<string>()
    for (const [index, attendee] of attendees.entries()) {
      const key = attendee.address.toLowerCase()
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: ['attendees', index, 'address'],
          message: 'is there twice',
          params: { mend: 'Name each attendee once.' },
        })
      }
      seen.add(key)
    }
  })
  .meta({ id: 'Appointment' })

export type AppointmentInput = z.input<typeof appointmentSchema>
export type ParsedAppointment = z.output<typeof appointmentSchema>
