import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit, limits } from './index.ts'
import { anEvent } from './testing/index.ts'

const amsterdam = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Amsterdam' })

describe('an event that may cross', () => {
  test('is wanted with everything that it left out', () => {
    expect(admissionOf(anEvent({ time: '2027-01-01T00:00:00Z', data: { basedOn: 7 } }))).toEqual({
      id: 'e1',
      mailbox: 'alice@contoso.example',
      appointmentId: 'APP-1042',
      version: 3,
      wanted: {
        kind: 'present',
        version: 3,
        basedOn: 7,
        atMs: Date.parse('2027-01-01T00:00:00Z'),
        appointment: {
          subject: 'Site visit',
          body: { contentType: 'text', content: '' },
          start: amsterdam('2027-03-28T09:00:00'),
          end: amsterdam('2027-03-28T10:00:00'),
          isAllDay: false,
          location: '',
          showAs: 'busy',
          sensitivity: 'normal',
          importance: 'normal',
          reminderMinutesBeforeStart: null,
          categories: [],
          attendees: [],
        },
      },
    })
  })

  test.each([
    ['an empty subject', { subject: '' }],
    ['a subject with markup and emoji', { subject: 'R&D <x> "q" ]]> 😀' }],
    ['a start and an end at the same time', { end: amsterdam('2027-03-28T09:00:00') }],
    [
      'a whole day',
      { isAllDay: true, start: amsterdam('2027-03-28T00:00:00'), end: amsterdam('2027-03-29T00:00:00') },
    ],
    ['a wall time that the clock skips', { start: amsterdam('2027-03-28T02:30:00') }],
    ['the last minute before midnight', { end: amsterdam('2027-03-28T23:59:59') }],
    ['a personal appointment', { sensitivity: 'personal' }],
    ['a body as large as may be', { body: { contentType: 'text', content: 'x'.repeat(limits.bodyBytes) } }],
    [
      'an end that is later only in its own zone',
      { end: { dateTime: '2027-03-28T08:30:00', timeZone: 'Europe/London' } },
    ],
  ])('may have %s', (_what, appointment) => {
    expect(admissionOf(anEvent({ appointment })).wanted).toMatchObject({ kind: 'present', appointment })
  })

  test("tells nothing of the attendees' answers, which are Exchange's", () => {
    const attendees = [{ address: 'bob@contoso.example', response: 'accepted' }]
    expect(admissionOf(anEvent({ appointment: { attendees } })).wanted).toMatchObject({
      appointment: { attendees: [{ address: 'bob@contoso.example', type: 'required' }] },
    })
  })

  test('is dated when it came, if it does not say when it was made', () => {
    expect(admissionOf(anEvent()).wanted?.atMs).toBe(1_000)
  })

  test('may be cancelled, with an appointment that is not looked at', () => {
    const cancelled = anEvent({ type: 'appointment.cancelled', appointment: { subject: 5 } })
    expect(admissionOf(cancelled).wanted).toEqual({
      kind: 'absent',
      reason: 'cancelled',
      version: 3,
      atMs: 1_000,
    })
  })
})

describe('an event that is refused', () => {
  test.each([
    ['private', { sensitivity: 'private' }],
    ['confidential', { sensitivity: 'confidential' }],
    ['recurring', { recurrence: { pattern: {} } }],
    ['private', { sensitivity: 'private', recurrence: { pattern: {} } }],
    ['private', { sensitivity: 'private', subject: undefined, start: undefined, end: undefined }],
    ['private', { sensitivity: 'private', end: amsterdam('2027-03-28T08:00:00'), unknown: true }],
  ])('because it is %s is wanted absent: %j', (reason, appointment) => {
    const admission = admissionOf(anEvent({ appointment }))
    expect(admission.refusal).toBe(reason)
    expect(admission.wanted).toEqual({ kind: 'absent', reason, version: 3, atMs: 1_000 })
  })

  test('because personal ones may not cross either', () => {
    const verdict = admit(anEvent({ appointment: { sensitivity: 'personal' } }), {
      nowMs: 1_000,
      rules: { refusePersonal: true },
    })
    expect(verdict).toMatchObject({ admission: { refusal: 'personal', wanted: { kind: 'absent' } } })
  })

  test.each([{ data: { response: 'accepted' } }, { appointment: { response: 'declined' } }])(
    'because it is an answer withdraws nothing: %j',
    (changes) => {
      const admission = admissionOf(anEvent(changes))
      expect(admission.refusal).toBe('responseNotSupported')
      expect(admission.wanted).toBeUndefined()
    },
  )

  test('leaves all of its content behind, whatever it holds', () => {
    const secret = fc.uuid()
    const somewhere = fc.constantFrom(
      'subject',
      'location',
      'showAs',
      'end',
      'body',
      'categories',
      'attendees',
      'new',
    )
    const shape = fc.constantFrom(
      (text: string): unknown => text,
      (text: string) => [text],
      (text: string) => ({ content: text }),
      (text: string) => [{ address: `${text}@contoso.example`, name: text }],
    )
    const refusal = fc.constantFrom(
      { sensitivity: 'private' },
      { sensitivity: 'confidential' },
      { recurrence: {} },
      { sensitivity: 'private', recurrence: 'weekly' },
    )
    fc.assert(
      fc.property(secret, fc.uniqueArray(somewhere), shape, refusal, (text, places, form, why) => {
        const content = Object.fromEntries(places.map((place) => [place, form(text)]))
        const verdict = admit(anEvent({ appointment: { ...content, ...why } }), { nowMs: 1_000 })
        expect(verdict).toMatchObject({ ok: true, admission: { wanted: { kind: 'absent' } } })
        expect(JSON.stringify(verdict)).not.toContain(text)
      }),
    )
  })
})

function admissionOf(event: unknown) {
  const verdict = admit(event, { nowMs: 1_000 })
  if (!verdict.ok) throw new Error(`not admitted: ${JSON.stringify(verdict.problems)}`)
  return verdict.admission
}
