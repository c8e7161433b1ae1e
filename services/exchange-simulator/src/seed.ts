import type { EnteredItem } from './plain-item.ts'
import type { Users } from './users.ts'

const zone = 'Europe/Amsterdam'

type Entry = Omit<EnteredItem, 'start' | 'end'> & {
  /** 0 is Monday of this week. */
  day: number
  from: string
  to: string
  /** For entries that end on a later day. */
  untilDay?: number
}

/** A week as people have it, with what may not cross among it: private, confidential and recurring entries. */
const everybody: readonly Entry[] = [
  {
    day: 0,
    from: '09:15',
    to: '09:30',
    subject: 'Stand-up',
    location: 'Teams',
    recurrence: {
      pattern: 'weekly',
      interval: 1,
      daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      count: 40,
    },
  },
  {
    day: 2,
    from: '12:30',
    to: '13:15',
    subject: 'Dentist',
    sensitivity: 'private',
    reminderMinutesBeforeStart: 60,
  },
  {
    day: 4,
    from: '16:00',
    to: '16:30',
    subject: 'Week review',
    recurrence: { pattern: 'weekly', interval: 1 },
  },
]

const weeks: Readonly<Record<string, readonly Entry[]>> = {
  alice: [
    {
      day: 0,
      from: '10:00',
      to: '11:30',
      subject: 'Site visit Harbour Street',
      location: 'Harbour Street 12',
      categories: ['Customer'],
      body: { contentType: 'text', content: 'Bring the plans and the new quote.' },
    },
    {
      day: 1,
      from: '14:00',
      to: '15:00',
      subject: 'Quote for Fabrikam',
      categories: ['Customer', 'Sales'],
      importance: 'high',
    },
    {
      day: 2,
      from: '00:00',
      to: '00:00',
      untilDay: 3,
      subject: 'Office closed for maintenance',
      isAllDay: true,
      showAs: 'free',
    },
    { day: 3, from: '09:30', to: '10:30', subject: 'Interview candidate', sensitivity: 'confidential' },
    {
      day: 3,
      from: '13:00',
      to: '14:00',
      subject: 'Planning with Bob',
      location: 'Room 4',
      attendees: [{ address: 'bob@contoso.example', name: 'Bob Brown' }],
    },
    { day: 4, from: '11:00', to: '12:00', subject: 'Call with Northwind', showAs: 'tentative' },
  ],
  bob: [
    {
      day: 0,
      from: '13:00',
      to: '14:30',
      subject: 'Safety inspection',
      location: 'Depot',
      categories: ['Inspection'],
    },
    {
      day: 1,
      from: '09:00',
      to: '12:00',
      subject: 'Installation Wharf 7',
      location: 'Wharf 7',
      body: { contentType: 'html', content: '<p>Crew: <b>two</b> people.<br>Keys at the gate.</p>' },
    },
    { day: 2, from: '15:00', to: '15:45', subject: 'Phone call with supplier', sensitivity: 'personal' },
    { day: 4, from: '00:00', to: '00:00', untilDay: 5, subject: 'Day off', isAllDay: true, showAs: 'oof' },
  ],
  carol: [
    {
      day: 0,
      from: '15:00',
      to: '16:00',
      subject: 'Budget round',
      categories: ['Finance'],
      importance: 'high',
    },
    { day: 1, from: '10:00', to: '10:45', subject: 'Onboarding new colleague', location: 'Room 2' },
    {
      day: 3,
      from: '16:00',
      to: '17:00',
      subject: 'Contract review',
      categories: ['Legal'],
      reminderMinutesBeforeStart: null,
    },
    { day: 4, from: '10:00', to: '11:00', subject: 'Roof survey', location: 'Mill Lane 3', showAs: 'busy' },
  ],
}

/** Fills a mailbox with the present week. */
export function seedMailbox(users: Users, address: string): void {
  const today = Temporal.Now.plainDateISO(zone)
  const monday = today.subtract({ days: today.dayOfWeek - 1 })
  const own = weeks[address.split('@')[0] ?? ''] ?? []
  for (const { day, from, to, untilDay, ...entry } of [...everybody, ...own]) {
    const at = (offset: number, time: string): EnteredItem['start'] => ({
      dateTime: `${monday.add({ days: offset }).toString()}T${time}:00`,
      timeZone: zone,
    })
    users.creates(address, { ...entry, start: at(day, from), end: at(untilDay ?? day, to) })
  }
}
