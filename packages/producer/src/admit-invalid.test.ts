import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit, limits } from './index.ts'
import { anEvent } from './testing/index.ts'

const amsterdam = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Amsterdam' })

describe('an event that is invalid', () => {
  test.each<[string, unknown]>([
    ['', null],
    ['', []],
    ['', 'text'],
    ['/specversion', anEvent({ specversion: '0.3' })],
    ['/id', anEvent({ id: '' })],
    ['/source', anEvent({ source: undefined })],
    ['/type', anEvent({ type: 'appointment.moved' })],
    ['/time', anEvent({ time: 'yesterday' })],
    ['/datacontenttype', anEvent({ datacontenttype: 'text/xml' })],
    ['/data', { ...anEvent(), data: undefined }],
    ['/data/mailbox', anEvent({ data: { mailbox: 'alice' } })],
    ['/data/mailbox', anEvent({ data: { mailbox: undefined } })],
    ['/data/appointmentId', anEvent({ data: { appointmentId: '' } })],
    ['/data/appointmentId', anEvent({ data: { appointmentId: 'a'.repeat(256) } })],
    ['/data/appointmentId', anEvent({ data: { appointmentId: 'a\nb' } })],
    ['/data/version', anEvent({ data: { version: 0 } })],
    ['/data/version', anEvent({ data: { version: 1.5 } })],
    ['/data/version', anEvent({ data: { version: 2 ** 53 } })],
    ['/data/version', anEvent({ data: { version: '3' } })],
    ['/data/basedOn', anEvent({ data: { basedOn: -1 } })],
    ['/data/previousMailbox', anEvent({ data: { previousMailbox: 'x' } })],
    ['/data/colour', anEvent({ data: { colour: 'red' } })],
    ['/data/appointment', anEvent({ data: { appointment: undefined } })],
    ['/data/appointment', anEvent({ data: { appointment: 'lunch' } })],
    ['/data/appointment/subject', anEvent({ appointment: { subject: undefined } })],
    ['/data/appointment/subject', anEvent({ appointment: { subject: 'x'.repeat(256) } })],
    ['/data/appointment/subject', anEvent({ appointment: { subject: 'bell \u0007' } })],
    ['/data/appointment/a~1b~0c', anEvent({ appointment: { 'a/b~c': 1 } })],
    ['/data/appointment/body/content', anEvent({ appointment: { body: { contentType: 'text' } } })],
    [
      '/data/appointment/body/content',
      anEvent({
        appointment: { body: { contentType: 'text', content: 'é'.repeat(limits.bodyBytes / 2 + 1) } },
      }),
    ],
    ['/data/appointment/start', anEvent({ appointment: { start: undefined } })],
    [
      '/data/appointment/start/dateTime',
      anEvent({ appointment: { start: amsterdam('2027-03-28T09:00:00Z') } }),
    ],
    [
      '/data/appointment/start/dateTime',
      anEvent({ appointment: { start: amsterdam('2027-03-28T09:00:00.5') } }),
    ],
    [
      '/data/appointment/start/dateTime',
      anEvent({ appointment: { start: amsterdam('2027-02-30T09:00:00') } }),
    ],
    [
      '/data/appointment/start/dateTime',
      anEvent({ appointment: { start: amsterdam('2027-03-28T24:00:00') } }),
    ],
    [
      '/data/appointment/end/timeZone',
      anEvent({ appointment: { end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Mars' } } }),
    ],
    [
      '/data/appointment/end/timeZone',
      anEvent({ appointment: { end: { dateTime: '2027-03-28T10:00:00', timeZone: '+02:00' } } }),
    ],
    ['/data/appointment/end', anEvent({ appointment: { end: amsterdam('2027-03-28T08:59:59') } })],
    ['/data/appointment/end', anEvent({ appointment: { end: amsterdam('2032-03-28T10:00:00') } })],
    ['/data/appointment/start', anEvent({ appointment: { isAllDay: true } })],
    [
      '/data/appointment/end',
      anEvent({
        appointment: {
          isAllDay: true,
          start: amsterdam('2027-03-28T00:00:00'),
          end: amsterdam('2027-03-28T00:00:00'),
        },
      }),
    ],
    ['/data/appointment/sensitivity', anEvent({ appointment: { sensitivity: 'secret' } })],
    [
      '/data/appointment/reminderMinutesBeforeStart',
      anEvent({ appointment: { reminderMinutesBeforeStart: -5 } }),
    ],
    [
      '/data/appointment/categories',
      anEvent({ appointment: { categories: Array.from({ length: 51 }, (_, i) => `c${i}`) } }),
    ],
    [
      '/data/appointment/attendees/1/address',
      anEvent({
        appointment: { attendees: [{ address: 'bob@contoso.example' }, { address: 'BOB@contoso.example' }] },
      }),
    ],
    [
      '/data/appointment/attendees/0/type',
      anEvent({ appointment: { attendees: [{ address: 'b@c.example', type: 'boss' }] } }),
    ],
  ])('is told what is wrong at %s and what to do', (pointer, event) => {
    const problems = problemsOf(event)
    expect(problems.map((problem) => problem.pointer)).toEqual([pointer])
    expect(problems[0]?.detail).toMatch(/^\S.* .*\.$/)
    expect(problems[0]?.mend).toMatch(/^[A-Z].*[.}]$/)
    expect(problems[0]?.mend).not.toBe('Correct it.')
  })

  test('is told everything at once', () => {
    const event = anEvent({
      data: { version: 0, colour: 'red' },
      appointment: { subject: 7, showAs: 'gone' },
    })
    expect(problemsOf(event).map(({ pointer }) => pointer)).toEqual([
      '/data/version',
      '/data/appointment/subject',
      '/data/appointment/showAs',
      '/data/colour',
    ])
  })

  test('is never an exception, whatever was sent', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (anything) => {
        const verdict = admit(anything, { nowMs: 1 })
        expect(verdict.ok).toBe(false)
      }),
    )
  })
})

function problemsOf(event: unknown) {
  const verdict = admit(event, { nowMs: 1_000 })
  return verdict.ok ? [] : verdict.problems
}
