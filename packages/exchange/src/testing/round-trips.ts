import type { Appointment } from '@lockstep/domain'

/** What an update may take away. */
export const emptied = {
  subject: '',
  body: { contentType: 'text', content: '' },
  location: '',
  categories: [],
  reminderMinutesBeforeStart: null,
} satisfies Partial<Appointment>

/** What has to come back from a calendar exactly as it was written. */
export const roundTrips: Record<string, Partial<Appointment>> = {
  'plain text': { subject: 'Changed', location: 'Elsewhere' },
  'text with markup and blanks': {
    subject: '  R&D <x> "q" \' ]]> 😀  ',
    location: ' a & b ',
    body: { contentType: 'text', content: '  two\nlines & <b>no</b> markup ]]>\n' },
  },
  'an HTML body': {
    body: {
      contentType: 'html',
      content: '<html><body><p title="a &amp; b">Über</p>\n<br/> x </body></html>',
    },
  },
  'nothing that can be left out': emptied,
  'everything that can be chosen': {
    showAs: 'workingElsewhere',
    sensitivity: 'personal',
    importance: 'high',
    reminderMinutesBeforeStart: 0,
    categories: ['Red', 'A & B'],
  },
  'across the change of the clock': {
    start: { dateTime: '2027-03-28T01:30:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-03-28T03:30:00', timeZone: 'Europe/Amsterdam' },
  },
  'two zones, by names that are new': {
    start: { dateTime: '2027-06-14T09:00:00', timeZone: 'Europe/Kyiv' },
    end: { dateTime: '2027-06-14T13:00:00', timeZone: 'Asia/Kolkata' },
  },
  'in UTC': {
    start: { dateTime: '2027-06-14T09:00:00', timeZone: 'UTC' },
    end: { dateTime: '2027-06-14T09:30:00', timeZone: 'UTC' },
  },
  'all day at the other end of the world': {
    start: { dateTime: '2027-04-03T00:00:00', timeZone: 'Pacific/Auckland' },
    end: { dateTime: '2027-04-05T00:00:00', timeZone: 'Pacific/Auckland' },
    isAllDay: true,
  },
}
