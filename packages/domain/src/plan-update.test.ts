import { describe, expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import { fingerprintsOf, without } from './field.ts'
import type { Merge, Observed } from './merge.ts'
import { planUpdate } from './plan-update.ts'
import { emptyLink, type Link } from './record.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const printsOf = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const text = (content: string) => ({ body: { contentType: 'text', content } }) as const
const item = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true } as const
const link: Link = {
  ...emptyLink,
  written: { version: 1, basedOn: 0, fingerprints: printsOf() },
  item,
  seen: { changeKey: 'K1', fingerprints: printsOf() },
  told: { revision: 5, holds: true },
}
const second = text('Second')

type Case = { third: Partial<Appointment>; atExchange: Partial<Appointment>; base?: Partial<Appointment> }

/** Version 2 landed, its answer was lost; what version 3 then does to the item. */
function merged({ third, atExchange, base = second }: Case): Merge | undefined {
  const appointment = anAppointment(third)
  const wanted = { kind: 'present', version: 3, basedOn: 5, atMs: 0, appointment } as const
  const input = {
    record: aRecord({ wanted, link }),
    fingerprints: printsOf(third),
    rules: { policy: 'application', lateCallMs: 0, nowMs: 0 },
    finding: {
      kind: 'item',
      isRefused: false,
      observed: { changeKey: 'K2', lastModifiedMs: 0, fingerprints: printsOf(atExchange) },
      stampedVersion: 2,
      // The application says nothing of the answers.
      stampedBase: without(printsOf(base), ['responses']),
    },
  } as const
  const plan = planUpdate(input, wanted, item)
  return 'merge' in plan ? plan.merge : undefined
}

const third = { ...second, reminderMinutesBeforeStart: 5 }

describe('after a version whose answer was lost, the next one', () => {
  test('tells nobody that those whom that version invited have not answered yet', () => {
    const invited = { attendees: [{ address: 'three@elsewhere.example', type: 'required' }] } as const
    const atExchange = { attendees: [{ ...invited.attendees[0], response: 'none' }] } as const
    expect(merged({ third: { ...invited, subject: 'Third' }, atExchange, base: invited })).toEqual({
      write: ['subject'],
      lost: [],
      untold: [],
    })
  })

  test('tells that somebody whom that version invited has answered', () => {
    const invited = { attendees: [{ address: 'three@elsewhere.example', type: 'required' }] } as const
    const atExchange = { attendees: [{ ...invited.attendees[0], response: 'accepted' }] } as const
    expect(merged({ third: { ...invited, subject: 'Third' }, atExchange, base: invited })).toMatchObject({
      untold: ['responses'],
    })
  })

  test('writes what it changed since', () => {
    expect(merged({ third, atExchange: second })).toEqual({
      write: ['reminderMinutesBeforeStart'],
      lost: [],
      untold: [],
    })
  })

  test.each<[string, Partial<Appointment>]>([
    ['body', text('Theirs')],
    ['location', { ...second, location: 'Theirs' }],
  ])('leaves what the user changed since, whoever wins conflicts: the %s', (field, atExchange) => {
    expect(merged({ third, atExchange })).toEqual({
      write: ['reminderMinutesBeforeStart'],
      lost: [],
      untold: [field],
    })
  })

  test('writes back what that version had changed', () => {
    expect(merged({ third: {}, atExchange: second })).toMatchObject({ write: ['body'], untold: [] })
  })

  test('writes its body over that version’s, as Exchange may have rewritten it', () => {
    const rewritten = { body: { contentType: 'html', content: '<p>Second</p>' } } as const
    expect(merged({ third: text('Third'), atExchange: rewritten })?.write).toEqual(['body'])
  })
})

describe('a version that takes back what one before it changed, whose answer was lost', () => {
  const earlier = { version: 2, attempt: 'T2', atMs: 1_000 }
  const overtaken = { version: 2, fingerprints: printsOf({ importance: 'high' }) }
  const lateCallMs = 20_000
  const wanted = { kind: 'present', version: 3, basedOn: 5, atMs: 0, appointment: anAppointment() } as const

  function planned(nowMs: number, finding?: Partial<Observed> & { importance?: 'high' }) {
    const { importance = 'normal', ...head } = finding ?? {}
    const observed = { changeKey: 'K1', lastModifiedMs: 0, fingerprints: printsOf({ importance }), ...head }
    const rules = { policy: 'application', lateCallMs, nowMs } as const
    return planUpdate(
      {
        record: aRecord({ wanted, link: { ...link, item: unstamped } }),
        fingerprints: printsOf(),
        earlier,
        overtaken,
        rules,
        ...(finding && { finding: { kind: 'item', isRefused: false, observed } }),
      },
      wanted,
      unstamped,
    )
  }
  const unstamped = { ...item, stamped: false }

  test('looks first', () => {
    expect(planned(2_000)).toEqual({ action: 'read', item: unstamped })
  })

  test('waits while that may still land, and settles once it cannot', () => {
    expect(planned(20_999, {})).toEqual({ action: 'wait', untilMs: 21_000 })
    expect(planned(21_000, {})).toMatchObject({ action: 'settle' })
  })

  test('writes over it if it landed', () => {
    const plan = planned(2_000, { changeKey: 'K2', importance: 'high' })
    expect(plan).toMatchObject({ action: 'update', changeKey: 'K2', merge: { write: ['importance'] } })
  })

  test('waits for nothing if the item changed otherwise since: what is late fails', () => {
    expect(planned(2_000, { changeKey: 'K2' })).toMatchObject({ action: 'settle' })
  })
})
