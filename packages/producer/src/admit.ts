import {
  type AdmissionRules,
  type Appointment,
  type Attendee,
  type Refusal,
  refusalOf,
  type Sensitivity,
  type Wanted,
} from '@lockstep/domain'
import { z } from 'zod'
import type { ParsedAppointment } from './appointment-schema.ts'
import { envelopeShape, eventHeadShape, eventSchema, type ParsedEvent } from './event-schema.ts'
import { type EventProblem, problemsOf } from './problems.ts'

/** What an event asks for, once everything that may not cross has been left behind. */
export type Admission = {
  readonly id: string
  readonly mailbox: string
  readonly previousMailbox?: string
  readonly exchangeId?: string
  readonly appointmentId: string
  readonly version: number
  /** Missing if the event asks for something that is not offered and changes nothing. */
  readonly wanted?: Wanted
  readonly refusal?: Refusal
}

export type Verdict =
  | { readonly ok: true; readonly admission: Admission }
  | { readonly ok: false; readonly id?: string; readonly problems: readonly EventProblem[] }

export type AdmitOptions = { nowMs: number; rules?: AdmissionRules | undefined }

/** Just enough to see that an event is refused. Content is neither required nor looked at. */
const refusableSchema = z.looseObject({
  ...envelopeShape,
  type: z.enum(['appointment.created', 'appointment.updated']),
  data: z.looseObject({
    ...eventHeadShape,
    response: z.unknown().optional(),
    appointment: z
      .looseObject({
        sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']).catch('normal'),
        recurrence: z.unknown().optional(),
        response: z.unknown().optional(),
      })
      .catch({ sensitivity: 'normal' }),
  }),
})

/** A cancelled event may still carry an appointment. It is not looked at. */
const cancelledSchema = z.looseObject({ type: z.literal('appointment.cancelled'), data: z.looseObject({}) })

/**
 * Reduces an event to what Exchange should hold, before anything of it is stored.
 *
 * Refusal comes before validation: what is private may come with as little content as its owner likes, and what was
 * shared before has to be withdrawn in any case.
 */
export function admit(event: unknown, { nowMs, rules }: AdmitOptions): Verdict {
  const refused = refusedAdmission(event, { nowMs, rules })
  if (refused) return { ok: true, admission: refused }

  const parsed = eventSchema.safeParse(withoutIgnored(event))
  if (parsed.success) return { ok: true, admission: admissionOf(parsed.data, { nowMs, rules }) }
  return { ok: false, ...idOf(event), problems: problemsOf(parsed.error, event) }
}

function refusedAdmission(event: unknown, { nowMs, rules }: AdmitOptions): Admission | undefined {
  const parsed = refusableSchema.safeParse(event)
  if (!parsed.success) return undefined
  const { response, appointment } = parsed.data.data

  const refusal = refusalOfAppointment(appointment, rules)
  if (refusal) {
    return {
      ...headOf(parsed.data),
      refusal,
      wanted: { ...wantedHead(parsed.data, nowMs), kind: 'absent', reason: refusal },
    }
  }
  // An answer to an invitation is not offered. It says nothing about whether the appointment should be there.
  if (response === undefined && appointment.response === undefined) return undefined
  return { ...headOf(parsed.data), refusal: 'responseNotSupported' }
}

function admissionOf(event: ParsedEvent, { nowMs, rules }: AdmitOptions): Admission {
  const { appointment } = event.data
  const head = wantedHead(event, nowMs)
  if (!appointment) return { ...headOf(event), wanted: { ...head, kind: 'absent', reason: 'cancelled' } }

  // Asked once more, of what is about to be stored.
  const refusal = refusalOfAppointment(appointment, rules)
  if (refusal) return { ...headOf(event), refusal, wanted: { ...head, kind: 'absent', reason: refusal } }
  return { ...headOf(event), wanted: { ...head, kind: 'present', appointment: appointmentOf(appointment) } }
}

type Refusable = { sensitivity: Sensitivity; recurrence?: unknown }

function refusalOfAppointment(
  { sensitivity, recurrence }: Refusable,
  rules?: AdmissionRules,
): Refusal | undefined {
  return refusalOf({ sensitivity, isRecurring: recurrence !== undefined && recurrence !== null }, rules)
}

type Head = Pick<ParsedEvent, 'id' | 'time'> & { data: Omit<ParsedEvent['data'], 'appointment'> }

function headOf({ id, data: { mailbox, previousMailbox, exchangeId, appointmentId, version } }: Head) {
  return {
    id,
    mailbox,
    appointmentId,
    version,
    ...(previousMailbox !== undefined && { previousMailbox }),
    ...(exchangeId !== undefined && { exchangeId }),
  }
}

function wantedHead({ time, data: { version, basedOn, exchangeId } }: Head, nowMs: number) {
  return {
    version,
    atMs: time ? Date.parse(time) : nowMs,
    ...(basedOn !== undefined && { basedOn }),
    ...(exchangeId !== undefined && { isFromExchange: true as const }),
  }
}

/** Property by property, so that what is not listed here cannot get in. */
function appointmentOf(given: ParsedAppointment): Appointment {
  return {
    subject: given.subject,
    body: given.body,
    start: given.start,
    end: given.end,
    isAllDay: given.isAllDay,
    location: given.location,
    showAs: given.showAs,
    sensitivity: given.sensitivity === 'personal' ? 'personal' : 'normal',
    importance: given.importance,
    reminderMinutesBeforeStart: given.reminderMinutesBeforeStart,
    categories: given.categories,
    attendees: given.attendees.map(attendeeOf),
  }
}

/** Without the answer: that is Exchange's to tell. */
function attendeeOf({ address, name, type }: ParsedAppointment['attendees'][number]): Attendee {
  return { address, type, ...(name !== undefined && { name }) }
}

function withoutIgnored(event: unknown): unknown {
  const cancelled = cancelledSchema.safeParse(event)
  if (!cancelled.success) return event
  const { appointment: _, ...data } = cancelled.data.data
  return { ...cancelled.data, data }
}

function idOf(event: unknown): { id?: string } {
  const id = (event as { id?: unknown } | null | undefined)?.id
  return typeof id === 'string' ? { id } : {}
}
