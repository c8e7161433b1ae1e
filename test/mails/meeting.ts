import type { ReceivedChange } from '../support/application.ts'

export type Guest = { address: string; name?: string; type: 'required' | 'optional' }
export type Moment = { dateTime: string; timeZone: 'UTC' }

/** What both sides hold of a meeting, in the contract's words. */
export type Content = {
  subject: string
  body: { contentType: 'text'; content: string }
  start: Moment
  end: Moment
  location: string
  showAs: 'busy' | 'free' | 'tentative'
  importance: 'low' | 'normal' | 'high'
  reminderMinutesBeforeStart: number
  categories: string[]
  attendees: Guest[]
}

/** A meeting as its application knows it. */
export type Meeting = {
  readonly label: number
  readonly mailbox: string
  readonly id: string
  version: number
  /** The newest revision that was applied. */
  revision: number
  content: Content
  isHeld: boolean
  /** Attendees were mailed before, by whomever: who is mailed for the first time is invited. */
  wasSent: boolean
}

const hourMs = 3_600_000

export function newMeeting(label: number, mailbox: string): Meeting {
  const content: Content = {
    subject: `m${label} 0`,
    body: { contentType: 'text', content: 'Agenda 0' },
    ...when(24, label),
    location: 'Room 0',
    showAs: 'busy',
    importance: 'normal',
    reminderMinutesBeforeStart: 15,
    categories: [],
    attendees: [],
  }
  return {
    label,
    mailbox,
    id: `M${label}`,
    version: 0,
    revision: 0,
    content,
    isHeld: false,
    wasSent: false,
  }
}

/** An hour that begins so many hours from now, with minutes and seconds that the serial alone has. */
export function when(hours: number, serial: number): Pick<Content, 'start' | 'end'> {
  const startMs = Date.now() + hours * hourMs
  const at = (ms: number): Moment => ({
    dateTime: `${new Date(ms).toISOString().slice(0, 14)}${twoDigits(serial)}:${twoDigits(serial / 60)}`,
    timeZone: 'UTC',
  })
  return { start: at(startMs), end: at(startMs + hourMs) }
}

function twoDigits(count: number): string {
  return String(Math.floor(count) % 60).padStart(2, '0')
}

/** As an application does it: only what the change names is taken over. */
export function apply(meeting: Meeting, { type, data }: ReceivedChange): void {
  meeting.revision = data.revision
  meeting.isHeld = type !== 'appointment.cancelled' && type !== 'appointment.withdrawn'
  const changed = data.changed.map((name) => [name, data.appointment?.[name]])
  meeting.content = { ...meeting.content, ...Object.fromEntries(changed) } as Content
}
