type Changes = Record<string, unknown> & { data?: object; appointment?: object }

/** An event that may cross, but for what the test says about it. A property set to `undefined` is missing. */
export function anEvent({ data, appointment, ...envelope }: Changes = {}): Record<string, unknown> & {
  id: string
} {
  const event = {
    specversion: '1.0',
    id: 'e1',
    source: '/apps/crm',
    type: 'appointment.updated',
    ...envelope,
    data: {
      mailbox: 'alice@contoso.example',
      appointmentId: 'APP-1042',
      version: 3,
      appointment: {
        subject: 'Site visit',
        start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
        end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
        ...appointment,
      },
      ...data,
    },
  }
  return JSON.parse(JSON.stringify(event)) as typeof event
}
