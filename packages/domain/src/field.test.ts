import { describe, expect, test } from 'vitest'
import type { Appointment, Attendee } from './appointment.ts'
import { differingFields, type Field, fields, fingerprintsOf, only, propertiesOf, without } from './field.ts'
import { anAppointment, testDigest } from './testing/index.ts'

const bob: Attendee = { address: 'bob@x.example', name: 'Bob', type: 'required' }
const ann: Attendee = { address: 'ann@x.example', name: 'Ann', type: 'optional' }
const zoned = (dateTime: string, timeZone = 'Europe/Amsterdam') => ({ dateTime, timeZone })

function differing(a: Partial<Appointment>, b: Partial<Appointment>): Field[] {
  const [left, right] = [a, b].map((changes) => fingerprintsOf(anAppointment(changes), testDigest))
  return differingFields(left!, right!)
}

// One change that matters for each field, and what it touches. `Record` without `Partial`: none is forgotten.
const changes: Record<Field, Partial<Appointment>> = {
  subject: { subject: 'Other' },
  body: { body: { contentType: 'text', content: 'Other' } },
  when: { start: zoned('2027-03-27T09:30:00') },
  location: { location: 'Other' },
  showAs: { showAs: 'free' },
  sensitivity: { sensitivity: 'personal' },
  importance: { importance: 'high' },
  reminderMinutesBeforeStart: { reminderMinutesBeforeStart: null },
  categories: { categories: ['Other'] },
  attendees: { attendees: [{ ...bob, type: 'optional' }] },
  responses: { attendees: [{ ...bob, response: 'accepted' }] },
}

describe('fingerprints', () => {
  test.each(fields)('tell a change of %s, and say it of that field only', (field) => {
    expect(differing({ attendees: [bob] }, { attendees: [bob], ...changes[field] })).toEqual([field])
  })

  test('the fields stand for all properties of the contract, and for no other', () => {
    const properties = new Set(fields.flatMap(propertiesOf))
    expect([...properties].toSorted()).toEqual(Object.keys(anAppointment()).toSorted())
  })

  const same: Record<string, [Partial<Appointment>, Partial<Appointment>]> = {
    'the order of categories': [{ categories: ['a', 'b'] }, { categories: ['b', 'a'] }],
    'the order of attendees': [{ attendees: [bob, ann] }, { attendees: [ann, bob] }],
    'names of attendees': [{ attendees: [bob] }, { attendees: [{ ...bob, name: 'Robert' }] }],
    'the case of addresses': [{ attendees: [bob] }, { attendees: [{ ...bob, address: 'Bob@X.example' }] }],
    'no response and none': [{ attendees: [bob] }, { attendees: [{ ...bob, response: 'none' }] }],
    'line ends': [{ subject: 'a\r\nb' }, { subject: 'a\nb' }],
    'fractions of seconds': [{ start: zoned('2027-03-27T09:00:00.0000000') }, {}],
    'hours and zone of all-day appointments': [
      { isAllDay: true, start: zoned('2027-03-27T00:00:00'), end: zoned('2027-03-28T00:00:00') },
      {
        isAllDay: true,
        start: zoned('2027-03-27T00:00:00', 'Pacific/Kiritimati'),
        end: zoned('2027-03-28T00:00:00', 'UTC'),
      },
    ],
  }
  test.each(Object.entries(same))('do not tell %s', (_name, [a, b]) => {
    expect(differing(a, b)).toEqual([])
  })

  test.each([
    ['the zone alone', { start: zoned('2027-03-27T09:00:00', 'Europe/London') }],
    ['all-day alone', { isAllDay: true }],
    ['the end alone', { end: zoned('2027-03-27T11:00:00') }],
  ])('tell a change of %s', (_name, change) => {
    expect(differing({}, change)).toEqual(['when'])
  })

  test('cannot be confused by what categories contain', () => {
    expect(differing({ categories: ['a,b'] }, { categories: ['a', 'b'] })).toEqual(['categories'])
  })

  test('a field that one side does not know differs from nothing', () => {
    expect(differingFields({ subject: 'a' }, { location: 'b' })).toEqual([])
    expect(differingFields({ subject: '' }, { subject: 'b' })).toEqual(['subject'])
  })

  test('only and without split them', () => {
    const both = { subject: 'a', location: 'b' }
    expect([only(both, ['subject']), without(both, ['subject'])]).toEqual([
      { subject: 'a' },
      { location: 'b' },
    ])
  })
})
