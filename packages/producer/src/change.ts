import { createHash } from 'node:crypto'
import {
  type Appointment,
  type ChangeKind,
  type HidingSensitivity,
  hidingSensitivities,
} from '@lockstep/domain'
import { z } from 'zod'

const zonedTime = z.looseObject({ dateTime: z.string(), timeZone: z.string() })

/** The appointment as a change carries it. Loose: what a newer Lockstep adds must not break an application. */
const toldAppointment = z.looseObject({
  subject: z.string(),
  body: z.looseObject({ contentType: z.enum(['text', 'html']), content: z.string() }),
  start: zonedTime,
  end: zonedTime,
  isAllDay: z.boolean(),
  location: z.string(),
  showAs: z.enum(['free', 'tentative', 'busy', 'oof', 'workingElsewhere']),
  sensitivity: z.enum(['normal', 'personal']),
  importance: z.enum(['low', 'normal', 'high']),
  reminderMinutesBeforeStart: z.number().nullable(),
  categories: z.array(z.string()),
  attendees: z.array(
    z.looseObject({
      address: z.string(),
      name: z.string().exactOptional(),
      type: z.enum(['required', 'optional', 'resource']),
      response: z.enum(['none', 'accepted', 'tentative', 'declined']).exactOptional(),
    }),
  ),
  recurrence: z.null().exactOptional(),
}) satisfies z.ZodType<Appointment>

/** What the application has hidden is not at Exchange any more: there is no more to tell of it. */
const toldSensitivity = z.looseObject({ sensitivity: z.enum(hidingSensitivities) })

export const changeTypes = [
  'appointment.created',
  'appointment.updated',
  'appointment.cancelled',
  'appointment.withdrawn',
] as const

/** What Lockstep tells an application: a CloudEvent 1.0 about one appointment that changed in Exchange. */
export const changeSchema = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().describe('The same whenever the same change is told again.'),
    source: z.literal('lockstep'),
    type: z.enum(changeTypes),
    time: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    data: z.looseObject({
      mailbox: z.string(),
      appointmentId: z.string(),
      revision: z
        .int()
        .describe('Grows with each change of the appointment. Send the last one applied as `basedOn`.'),
      applicationVersion: z
        .int()
        .describe(
          "The newest version of the application's that is merged into this; 0 if it was born in Exchange.",
        ),
      changed: z.array(z.string()).describe('The properties that changed. Apply only these.'),
      appointment: z
        .union([toldAppointment, toldSensitivity])
        .exactOptional()
        .describe(
          'The whole appointment; missing if it was cancelled or withdrawn. Its `sensitivity` alone if you made it private while a change of that was on its way to you: apply it if you hold the appointment.',
        ),
      reason: z.string().exactOptional().describe('Why it was withdrawn.'),
    }),
  })
  .meta({ id: 'AppointmentChange' })

export type Change = {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: 'lockstep'
  readonly type: (typeof changeTypes)[number]
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: {
    readonly mailbox: string
    readonly appointmentId: string
    readonly revision: number
    readonly applicationVersion: number
    readonly changed: readonly string[]
    /** In the form in which events carry it, so that it may be sent back as it is. */
    readonly appointment?:
      | (Appointment & { readonly recurrence: null })
      | { readonly sensitivity: HidingSensitivity }
    readonly reason?: string
  }
}

export type ChangeFacts = {
  readonly kind: ChangeKind
  readonly mailbox: string
  readonly appointmentId: string
  readonly revision: number
  readonly applicationVersion: number
  readonly changed: readonly string[]
  readonly atMs: number
  readonly appointment?: Appointment | undefined
  /** Instead of the appointment. */
  readonly hides?: HidingSensitivity | undefined
  readonly reason?: string | undefined
}

/** Writes a change in the form of the wire contract. */
export function changeOf({ kind, atMs, appointment, hides, reason, ...facts }: ChangeFacts): Change {
  const { mailbox, appointmentId, revision, applicationVersion, changed } = facts
  return {
    specversion: '1.0',
    id: changeId(mailbox, appointmentId, revision),
    source: 'lockstep',
    type: `appointment.${kind}`,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data: {
      mailbox,
      appointmentId,
      revision,
      applicationVersion,
      changed,
      ...(appointment && { appointment: { ...appointment, recurrence: null } }),
      ...(hides && { appointment: { sensitivity: hides } }),
      ...(reason !== undefined && { reason }),
    },
  }
}

/** Says the same for the same revision, whatever characters the ids are made of: it travels in a header as well. */
function changeId(mailbox: string, appointmentId: string, revision: number): string {
  const key = JSON.stringify([mailbox.toLowerCase(), appointmentId, revision])
  return `change_${createHash('sha256').update(key).digest('base64url').slice(0, 27)}`
}
