import { join } from 'node:path'
import type { DemoVariables } from './demo-environment.ts'

/** Where everything is, and something to try. */
export function banner(variables: DemoVariables, folder: string, tookMs: number): string {
  const application = `http://127.0.0.1:${variables.SAMPLE_APPLICATION_PORT}`
  const rows = [
    ['Sample application', application, 'both calendars side by side: start here'],
    ['Ingress', variables.LOCKSTEP_URL, `its API: ${variables.LOCKSTEP_URL}/docs`],
    ['Exchange simulator', variables.EWS_URL, 'alice, bob, carol @contoso.example, password lockstep'],
    ['its page', variables.SIMULATOR_CONTROL_URL, 'what was said and mailed, and switches for faults'],
    ['Redis', withoutPassword(variables.REDIS_URL), ''],
    ['Logs', join(folder, 'logs'), 'warnings and errors show here too'],
  ] as const
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const table = rows.map((row) =>
    `  ${row[0].padEnd(first!)}  ${row[1].padEnd(second!)}  ${row[2]}`.trimEnd(),
  )
  return [
    '',
    `Lockstep is running (started in ${(tookMs / 1_000).toFixed(1)} s)`,
    '',
    ...table,
    '',
    'Try it: put an appointment into the calendar of alice',
    '',
    `  ${curlLine(variables)}`,
    '',
    'Ctrl+C stops everything; what it holds is kept for the next start.',
    '',
  ].join('\n')
}

function curlLine({ LOCKSTEP_URL, PRODUCER_API_KEYS, MAILBOXES }: DemoVariables): string {
  const at = (hour: number) => ({ dateTime: `2027-03-25T${hour}:00:00`, timeZone: 'Europe/Amsterdam' })
  const event = {
    specversion: '1.0',
    id: 'try-1',
    source: '/readme',
    type: 'appointment.created',
    data: {
      mailbox: MAILBOXES.split(',')[0],
      appointmentId: 'TRY-1',
      version: 1,
      appointment: { subject: 'Site visit', start: at(10), end: at(11) },
    },
  }
  return [
    `curl ${LOCKSTEP_URL}/v1/events`,
    `-H 'Authorization: Bearer ${PRODUCER_API_KEYS.split(',')[0]}'`,
    `-H 'Content-Type: application/cloudevents+json'`,
    `-d '${JSON.stringify(event)}'`,
  ].join(' ')
}

function withoutPassword(url: string): string {
  return url.replaceAll(/\/\/[^/@,]*@/g, '//')
}
