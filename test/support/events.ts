import { randomUUID } from 'node:crypto'

/** An appointment in the contract's form, but for what the test says about it. */
export function appointment(changes: object = {}): object {
  return {
    subject: 'Site visit',
    body: { contentType: 'text', content: 'Bring the plans' },
    start: { dateTime: '2027-03-26T09:00:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2027-03-26T10:00:00', timeZone: 'Europe/Berlin' },
    location: 'Room 4',
    ...changes,
  }
}

type EventOptions = {
  id: string
  version: number
  mailbox?: string
  basedOn?: number
  time?: string
  exchangeId?: string
}

/** An event as an application sends it; `cancelled` without an appointment. */
export function event(
  { id, version, mailbox = 'alice@contoso.example', basedOn, time, exchangeId }: EventOptions,
  content?: object,
): object {
  const kind = content ? (version === 1 ? 'created' : 'updated') : 'cancelled'
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/test',
    type: `appointment.${kind}`,
    time: time ?? new Date().toISOString(),
    data: {
      mailbox,
      appointmentId: id,
      version,
      ...(basedOn !== undefined && { basedOn }),
      ...(exchangeId !== undefined && { exchangeId }),
      ...(content && { appointment: content }),
    },
  }
}
