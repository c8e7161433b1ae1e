/** What a user can say of an appointment, on either side. The names are those of the wire contract. */
export type Content = {
  readonly subject: string
  readonly body: { readonly contentType: 'text' | 'html'; readonly content: string }
  readonly start: Moment
  readonly end: Moment
  readonly isAllDay: boolean
  readonly location: string
  readonly showAs: 'free' | 'tentative' | 'busy' | 'oof' | 'workingElsewhere'
  readonly sensitivity: 'normal' | 'personal' | 'private' | 'confidential'
  readonly importance: 'low' | 'normal' | 'high'
  readonly reminderMinutesBeforeStart: number | null
  readonly categories: readonly string[]
  readonly attendees: readonly Attendee[]
}

type Moment = { readonly dateTime: string; readonly timeZone: string }
type Attendee = { readonly address: string; readonly type: 'required' | 'optional' | 'resource' }

/** What is edited, merged and compared as one. */
export const fields = [
  'subject',
  'body',
  'when',
  'location',
  'showAs',
  'sensitivity',
  'importance',
  'reminder',
  'categories',
  'attendees',
] as const
export type Field = (typeof fields)[number]
export type Values = Readonly<Record<Field, string>>

/** Exchange keeps the Windows zone only, so zones that share one are the same to it. */
const windowsZones: Readonly<Record<string, string>> = {
  'Europe/Berlin': 'W. Europe',
  'Europe/Amsterdam': 'W. Europe',
  'America/New_York': 'Eastern',
  'Asia/Tokyo': 'Tokyo',
  'Asia/Kolkata': 'India',
  'Asia/Calcutta': 'India',
  'Australia/Adelaide': 'Cen. Australia',
  'Pacific/Auckland': 'New Zealand',
}
const zones = Object.keys(windowsZones).filter((zone) => zone !== 'Asia/Calcutta')

const guests = ['one', 'two', 'three', 'four'].map((name) => `${name}@elsewhere.example`)

/** Every text names its appointment and is said once, so that it shows where it came from. */
export function changeOf(field: Field, label: number, serial: number): Partial<Content> {
  const text = `L${label} s${serial}`
  switch (field) {
    case 'subject':
    case 'location':
      return { [field]: text }
    case 'body':
      return {
        body:
          serial % 3 === 0
            ? { contentType: 'html', content: `<p>${text} &amp; more</p>` }
            : { contentType: 'text', content: `${text}\nmore` },
      }
    case 'when':
      return timesOf(serial)
    case 'showAs':
      return { showAs: oneOf(['free', 'tentative', 'busy', 'oof', 'workingElsewhere'], serial) }
    case 'sensitivity':
      return { sensitivity: oneOf(['normal', 'personal'], serial) }
    case 'importance':
      return { importance: oneOf(['low', 'normal', 'high'], serial) }
    case 'reminder':
      return { reminderMinutesBeforeStart: serial % 7 === 0 ? null : serial % 20_000 }
    case 'categories':
      return { categories: serial % 5 === 0 ? [] : [text, 'Customers'] }
    case 'attendees':
      return { attendees: attendeesOf(serial) }
  }
}

/** A whole appointment; one in two is a meeting. */
export function newContent(label: number, serial: number, isMeeting: boolean): Content {
  const changes = fields.map((field) => changeOf(field, label, serial))
  const whole = Object.assign({}, ...changes) as Content
  return isMeeting ? whole : { ...whole, attendees: [] }
}

function timesOf(serial: number): Partial<Content> {
  const day = new Date(Date.UTC(2031, 2, 20 + (serial % 200))).toISOString().slice(0, 10)
  const timeZone = oneOf(zones, serial)
  if (serial % 6 === 0) {
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
    const midnight = (date: string) => ({ dateTime: `${date}T00:00:00`, timeZone })
    return { isAllDay: true, start: midnight(day), end: midnight(next) }
  }
  const at = (hour: number) => ({
    dateTime: `${day}T${String(hour).padStart(2, '0')}:${String(serial % 60).padStart(2, '0')}:00`,
    timeZone,
  })
  const hour = 4 + (serial % 16)
  return { isAllDay: false, start: at(hour), end: at(hour + 1) }
}

function attendeesOf(serial: number): Attendee[] {
  const types = ['required', 'optional'] as const
  return guests
    .filter((_guest, index) => (serial >> index) % 2 === 1)
    .map((address) => ({ address, type: oneOf(types, serial) }))
}

function oneOf<Choice>(choices: readonly Choice[], serial: number): Choice {
  return choices[serial % choices.length]!
}

/** One text for each field, equal on both sides exactly if the field says the same. */
export function valuesOf(content: Content): Values {
  return {
    subject: content.subject,
    body: `${content.body.contentType}: ${content.body.content.replaceAll('\r\n', '\n').trim()}`,
    when: whenOf(content),
    location: content.location,
    showAs: content.showAs,
    sensitivity: content.sensitivity,
    importance: content.importance,
    reminder: String(content.reminderMinutesBeforeStart),
    categories: content.categories.toSorted().join(', '),
    attendees: content.attendees
      .map(({ address, type }) => `${address.toLowerCase()} ${type}`)
      .toSorted()
      .join(', '),
  }
}

function whenOf({ isAllDay, start, end }: Content): string {
  if (isAllDay) return `${start.dateTime.slice(0, 10)} to ${end.dateTime.slice(0, 10)}`
  const told = ({ dateTime, timeZone }: Moment) =>
    `${dateTime.slice(0, 19)} ${windowsZones[timeZone] ?? timeZone}`
  return `${told(start)} to ${told(end)}`
}

/** The appointment that a subject belongs to; 0 if it is none of ours. */
export function labelOf(subject: string): number {
  return Number(/\bL(\d+)\b/.exec(subject)?.[1] ?? 0)
}
