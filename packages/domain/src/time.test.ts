import { describe, expect, test } from 'vitest'
import { instantOf, isKnownZone, isOver, wallTimeOf } from './time.ts'

const amsterdam = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Amsterdam' })
const utc = (dateTime: string) => Date.parse(`${dateTime}Z`)

describe('the instant of a wall time', () => {
  test.each([
    ['in winter', '2027-01-15T09:00:00', '2027-01-15T08:00:00'],
    ['in summer', '2027-07-15T09:00:00', '2027-07-15T07:00:00'],
    ['just before the clock skips', '2027-03-28T01:59:59', '2027-03-28T00:59:59'],
    ['that the clock skips: with the offset before', '2027-03-28T02:30:00', '2027-03-28T01:30:00'],
    ['just after the clock skips', '2027-03-28T03:00:00', '2027-03-28T01:00:00'],
    ['that comes twice: the first', '2027-10-31T02:30:00', '2027-10-31T00:30:00'],
    ['just after the hour that came twice', '2027-10-31T03:00:00', '2027-10-31T02:00:00'],
    ['with fractions', '2027-01-15T09:00:00.0000000', '2027-01-15T08:00:00'],
  ])('%s', (_name, wall, instant) => {
    expect(new Date(instantOf(amsterdam(wall)))).toEqual(new Date(utc(instant)))
  })

  test.each([
    ['Pacific/Kiritimati', '2027-06-01T10:00:00'],
    ['Pacific/Pago_Pago', '2027-06-02T11:00:00'],
    ['Asia/Kathmandu', '2027-06-01T18:15:00'],
  ])('at midnight in %s', (timeZone, instant) => {
    expect(instantOf({ dateTime: '2027-06-02T00:00:00', timeZone })).toBe(utc(instant))
  })

  test.each(['2027-03-28T01:59:59', '2027-03-28T03:00:00', '2027-10-31T02:30:00', '2027-10-31T03:00:00'])(
    'comes back from its instant: %s',
    (dateTime) => {
      expect(wallTimeOf(instantOf(amsterdam(dateTime)), 'Europe/Amsterdam')).toEqual(amsterdam(dateTime))
    },
  )
})

test('an all-day appointment is over at midnight of its own zone', () => {
  const end = (timeZone: string) => ({ end: { dateTime: '2027-06-02T00:00:00', timeZone } })
  const now = utc('2027-06-01T10:00:00')
  expect(isOver(end('Pacific/Kiritimati'), now)).toBe(true)
  expect(isOver(end('Pacific/Kiritimati'), now - 1)).toBe(false)
  expect(isOver(end('Pacific/Pago_Pago'), now)).toBe(false)
})

test.each([
  ['Europe/Amsterdam', true],
  ['UTC', true],
  ['Asia/Calcutta', true],
  ['W. Europe Standard Time', false],
  ['Europe/Atlantis', false],
  ['+02:00', false],
  ['', false],
])('a zone called %j is known: %s', (name, isKnown) => {
  expect(isKnownZone(name)).toBe(isKnown)
})
