import { z } from 'zod'
import { windowsZoneOfIana } from './calendar/zones.ts'

const momentSchema = z.strictObject({
  dateTime: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, 'a wall-clock time such as 2027-03-28T09:00:00'),
  timeZone: z.string().refine((zone) => windowsZoneOfIana(zone) !== undefined, 'an IANA time zone'),
})

const recurrenceSchema = z.strictObject({
  pattern: z.enum(['daily', 'weekly']),
  interval: z.int().positive(),
  daysOfWeek: z
    .array(z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']))
    .min(1)
    .optional(),
  count: z.int().positive().optional(),
})

const attendeeSchema = z.strictObject({
  address: z.email(),
  name: z.string().optional(),
  type: z.enum(['required', 'optional', 'resource']).default('required'),
})

/** What a user may enter for an appointment; everything but the two times has a default. */
export const enteredSchema = z.strictObject({
  subject: z.string().max(255).optional(),
  body: z.strictObject({ contentType: z.enum(['text', 'html']), content: z.string() }).optional(),
  start: momentSchema,
  end: momentSchema,
  isAllDay: z.boolean().optional(),
  location: z.string().optional(),
  showAs: z.enum(['free', 'tentative', 'busy', 'oof', 'workingElsewhere']).optional(),
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']).optional(),
  importance: z.enum(['low', 'normal', 'high']).optional(),
  reminderMinutesBeforeStart: z.int().nonnegative().nullable().optional(),
  categories: z.array(z.string()).optional(),
  recurrence: recurrenceSchema.nullable().optional(),
  attendees: z.array(attendeeSchema).optional(),
})

export const changedSchema = enteredSchema.partial()

export type EnteredItem = z.input<typeof enteredSchema>
export type ChangedItem = z.input<typeof changedSchema>
export type PlainRecurrence = z.infer<typeof recurrenceSchema>

export type PlainMoment = {
  dateTime: string
  /** IANA */
  timeZone: string
  /** The same as an instant in UTC. */
  instant: string
}

/** One item as people and tests read it. */
export type PlainItem = {
  itemId: string
  changeKey: string
  uid: string
  subject: string
  body: { contentType: 'text' | 'html'; content: string }
  start: PlainMoment
  end: PlainMoment
  isAllDay: boolean
  location: string
  showAs: 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere' | 'noData'
  sensitivity: 'normal' | 'personal' | 'private' | 'confidential'
  importance: 'low' | 'normal' | 'high'
  reminderMinutesBeforeStart: number | null
  categories: string[]
  recurrence: PlainRecurrence | { pattern: 'other' } | null
  organizer: string
  isOrganizer: boolean
  isMeeting: boolean
  isCancelled: boolean
  attendees: { address: string; name: string; type: 'required' | 'optional' | 'resource'; response: string }[]
  created: string
  lastModified: string
  /** A program has put a named property on the item. */
  stamped: boolean
  /** By address: `{set id}:{name}`, `{set id}/{number}` or `tag/{number}`. */
  extended: Record<string, string[]>
}
