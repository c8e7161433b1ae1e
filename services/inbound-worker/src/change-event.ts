import type { Change } from './application.ts'

/** The change as a CloudEvent (1.0, structured JSON), as the wire contract says. */
export function changeEvent(change: Change): object {
  const { id, kind, atMs, appointment, reason, ...data } = change
  return {
    specversion: '1.0',
    id,
    source: 'lockstep',
    type: `appointment.${kind}`,
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data: {
      mailbox: data.mailbox,
      appointmentId: data.appointmentId,
      revision: data.revision,
      applicationVersion: data.applicationVersion,
      changed: data.changed,
      ...(appointment && { appointment: { ...appointment, recurrence: null } }),
      ...(reason && { reason }),
    },
  }
}
