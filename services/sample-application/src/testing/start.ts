import { createLogger } from '@lockstep/runtime'
import { onTestFinished } from 'vitest'
import type { Held } from '../appointments.ts'
import { type Config, startSampleApplication } from '../index.ts'
import { SECRET, startStubLockstep } from './stub-lockstep.ts'

export const ALICE = 'alice@contoso.example'

/** An appointment in full, but for what the test says about it. */
export function anAppointment(changes: object = {}): Record<string, unknown> {
  return {
    subject: 'Site visit',
    body: { contentType: 'text', content: '' },
    start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
    isAllDay: false,
    location: '',
    showAs: 'busy',
    sensitivity: 'normal',
    importance: 'normal',
    reminderMinutesBeforeStart: 15,
    categories: [],
    attendees: [],
    ...changes,
  }
}

/** The sample application on a free port, connected to a stand-in of Lockstep, with verbs to use it. */
export async function startApplication(changes: Partial<Config> = {}) {
  const lockstep = await startStubLockstep()
  const config: Config = {
    logLevel: 'silent',
    host: '127.0.0.1',
    port: 0,
    dataDir: undefined,
    mailboxes: [ALICE],
    lockstep: { url: lockstep.url, apiKey: 'demo', secrets: [SECRET] },
    simulatorUrl: undefined,
    ...changes,
  }
  const application = await startSampleApplication(config, createLogger('test', 'silent'))
  onTestFinished(application.close)
  return { ...verbs(application.url), lockstep, close: application.close }
}

function verbs(url: string) {
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(url + path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return {
    url,
    call,
    create: async (appointment: object = anAppointment()) =>
      (await call('POST', '/api/appointments', { mailbox: ALICE, appointment })).body as unknown as Held,
    edit: (id: string, changes: object) => call('PATCH', `/api/appointments/${id}`, changes),
    cancel: (id: string) => call('DELETE', `/api/appointments/${id}`),
    list: async () =>
      (await call('GET', `/api/appointments?mailbox=${ALICE}`)).body['appointments'] as Held[],
  }
}
