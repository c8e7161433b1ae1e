import type { AppointmentInput } from './appointment-schema.ts'
import type { CloudEvent, EventType } from './event-schema.ts'

type EventHead = {
  readonly mailbox: string
  readonly appointmentId: string
  /** Grows with every change that the application makes. */
  readonly version: number
  /** The newest revision that the application had applied when it made this version. */
  readonly basedOn?: number
  /** The id by which Lockstep told an appointment first that was made in Exchange, if the application gave it its own. */
  readonly exchangeId?: string
  readonly previousMailbox?: string
  /** When the application made the change; now, if missing. */
  readonly time?: Date | string
  /** The event's own id; made of mailbox, appointment and version, if missing. */
  readonly id?: string
}

/** What an application says about one of its appointments. */
export type AppointmentEvent = EventHead &
  (
    | { readonly type: Exclude<EventType, 'appointment.cancelled'>; readonly appointment: AppointmentInput }
    | { readonly type: 'appointment.cancelled'; readonly appointment?: undefined }
  )

/** Writes an event in the form of the wire contract. */
export function toCloudEvent(event: AppointmentEvent, source: string): CloudEvent {
  const { mailbox, appointmentId, version, basedOn, exchangeId, previousMailbox, appointment } = event
  return {
    specversion: '1.0',
    id: event.id ?? `${mailbox}/${appointmentId}/${version}`,
    source,
    type: event.type,
    time: new Date(event.time ?? Date.now()).toISOString(),
    datacontenttype: 'application/json',
    data: {
      mailbox,
      appointmentId,
      version,
      ...(basedOn !== undefined && { basedOn }),
      ...(exchangeId !== undefined && { exchangeId }),
      ...(previousMailbox !== undefined && { previousMailbox }),
      ...(appointment && { appointment }),
    },
  }
}
