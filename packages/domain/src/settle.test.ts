import { describe, expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import { type Field, fields, fingerprintsOf, without } from './field.ts'
import type { Merge, Observed } from './merge.ts'
import { type AppointmentRecord, emptyLink, isUnsettled, isUntold, type Link, type Offer } from './record.ts'
import {
  linkOfAbsent,
  linkOfCancelledMeanwhile,
  linkOfCreated,
  linkOfLanded,
  linkOfUpdated,
} from './settle.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const prints = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const item = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true } as const
const linked: Link = {
  ...emptyLink,
  written: { version: 1, basedOn: 5, fingerprints: prints() },
  item,
  attempt: 'T1',
  seen: { changeKey: 'K1', fingerprints: prints() },
  told: { revision: 5, holds: true },
}
const mine = prints({ subject: 'Mine' })
const wanted = { kind: 'present', version: 2, basedOn: 5, atMs: 0 } as const
const intent = { version: 2, attempt: 'T2', atMs: 0 }
const updated = (names: readonly Field[], kind: Offer['kind'] = 'updated'): Offer => ({
  revision: 6,
  kind,
  atMs: 0,
  fingerprints: without(
    prints({ subject: 'Theirs' }),
    fields.filter((field) => !names.includes(field)),
  ),
})
const recordOf = (changes: Partial<AppointmentRecord> = {}) =>
  aRecord({ wanted, intent, link: linked, ...changes })
const written = (changes: Partial<Merge> = {}): Merge => ({
  write: ['subject'],
  lost: [],
  untold: [],
  ...changes,
})
const marked = (link: Link) => fields.filter((field) => link.seen?.fingerprints[field] === '')
const unread = (link: Link) => fields.filter((field) => link.seen?.fingerprints[field] === undefined)

describe('after an update', () => {
  test('what was written is to be read back, at the change key that it got', () => {
    const link = linkOfUpdated(recordOf(), mine, { merge: written(), changeKey: 'K2' })
    expect(link.seen).toEqual({ changeKey: 'K2', fingerprints: without(prints(), ['subject']) })
    expect(link.written).toEqual({ version: 2, basedOn: 5, fingerprints: mine })
    expect(isUntold(link)).toBe(false)
  })

  test('what Exchange has in other words is agreed in those', () => {
    const zone = { dateTime: '2027-03-27T09:00:00', timeZone: 'Europe/Berlin' }
    const observed: Observed = {
      changeKey: 'K2',
      lastModifiedMs: 0,
      fingerprints: prints({ start: zone }),
      alike: ['when'],
    }
    const link = linkOfUpdated(recordOf(), mine, { merge: written({ write: [] }), observed })
    expect(link.seen?.fingerprints.when).toBe(observed.fingerprints.when)
    expect(link.written.fingerprints).toEqual(mine)
  })

  test('of attendees, their responses are to be read back too', () => {
    const link = linkOfUpdated(recordOf(), mine, {
      merge: written({ write: ['attendees'] }),
      changeKey: 'K2',
    })
    expect(unread(link)).toEqual(['attendees', 'responses'])
  })

  test('what has to be told is marked', () => {
    const merge = written({ lost: ['location'], untold: ['location', 'subject'] })
    const link = linkOfUpdated(recordOf(), mine, { merge, changeKey: 'K2' })
    expect([marked(link), unread(link), isUntold(link)]).toEqual([['subject', 'location'], [], true])
  })

  test('that was not needed, what both sides hold is agreed', () => {
    const observed: Observed = { changeKey: 'K2', lastModifiedMs: 0, fingerprints: mine }
    const link = linkOfUpdated(recordOf(), mine, { merge: written({ write: [] }), observed })
    expect(link.seen).toEqual({ changeKey: 'K2', fingerprints: mine })
  })

  test('what the application has built upon is agreed, though it was never acknowledged', () => {
    const record = recordOf({ wanted: { ...wanted, basedOn: 6 }, offers: [updated(['location', 'subject'])] })
    const link = linkOfUpdated(record, mine, { merge: written({ write: ['location'] }) })
    expect(link.seen?.fingerprints).toEqual(without(prints({ subject: 'Theirs' }), ['location']))
  })

  test('what the application says of responses is never agreed', () => {
    const bob = { address: 'bob@x.example', type: 'required' } as const
    const answered = prints({ attendees: [{ ...bob, response: 'accepted' }] })
    const record = recordOf({ link: { ...linked, seen: { changeKey: 'K1', fingerprints: answered } } })
    const unanswered = prints({ attendees: [bob] })
    const observed: Observed = { changeKey: 'K2', lastModifiedMs: 0, fingerprints: unanswered }
    const link = linkOfUpdated(record, unanswered, { merge: written({ write: [] }), observed })
    expect(link.seen?.fingerprints.responses).toBe(answered.responses)
  })

  test('a conflict is noted, the last eight of them', () => {
    const conflict = (version: number) => ({
      atMs: 0,
      version,
      fields: ['subject'] as const,
      winner: 'exchange' as const,
    })
    const conflicts = Array.from({ length: 8 }, (_, i) => conflict(i))
    const merge = written({ conflicts: [conflict(9)] })
    const link = linkOfUpdated(recordOf({ link: { ...linked, conflicts } }), mine, { merge })
    expect(link.conflicts.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 9])
  })

  test('the application is told of all if it may have dropped the appointment since', () => {
    const record = recordOf({ offers: [updated([], 'cancelled')] })
    expect(marked(linkOfUpdated(record, mine, { merge: written(), changeKey: 'K2' }))).toEqual(fields)
  })

  test.each([
    ['of what differs, if it has acknowledged that it is there again', 7, true, []],
    ['of all, if it may not have heard of that', 6, true, fields],
    ['of all, if it was taken off once more', 7, false, fields],
  ])('the application is told %s', (_, revision, holds, told) => {
    const offers = [updated([], 'withdrawn'), { ...updated(fields, 'created'), revision: 7 }]
    const record = recordOf({ offers, link: { ...linked, told: { revision, holds } } })
    expect(marked(linkOfUpdated(record, mine, { merge: written(), changeKey: 'K2' }))).toEqual(told)
  })
})

describe('after a create', () => {
  const { item: _item, seen: _seen, ...unlinked } = linked
  const record = recordOf({ link: unlinked })
  const created = { itemId: 'I2', changeKey: 'K2', attempt: 'T2', version: 2 }

  test('the item is ours and to be read back', () => {
    const link = linkOfCreated(record, created, mine)
    expect(link).toMatchObject({ item: { itemId: 'I2', role: 'organizer', stamped: true }, attempt: 'T2' })
    expect(link.seen).toEqual({ changeKey: 'K2', fingerprints: {} })
    expect(link.written).toEqual({ version: 2, basedOn: 5, fingerprints: mine })
  })

  test('what made its earlier items is remembered, the newest four', () => {
    const attempts = Array.from({ length: 7 }, (_, n) => `T${n}`)
    const link = attempts.reduce(
      (before, attempt) => linkOfCreated({ ...record, link: before }, { ...created, attempt }, mine),
      unlinked,
    )
    expect(link).toMatchObject({ attempt: 'T6', earlierAttempts: ['T2', 'T3', 'T4', 'T5'] })
  })

  test('by an attempt whose answer was lost, what it holds now is compared with what was wanted', () => {
    const link = linkOfCreated(record, { ...created, attempt: 'T1' }, mine)
    expect(link.seen).toEqual({ changeKey: '', fingerprints: {} })
  })

  test('of an older version that is known, the newer one is compared with it', () => {
    const link = linkOfCreated(
      record,
      { ...created, attempt: 'T1', version: 1 },
      prints({ location: 'Before' }),
    )
    expect(link.written).toMatchObject({ version: 1, fingerprints: prints({ location: 'Before' }) })
    expect(isUnsettled({ ...record, link })).toBe(true)
  })

  test('of an older version that is not known, all is to be written again', () => {
    const link = linkOfCreated(record, { ...created, attempt: 'T1', version: 1 }, undefined)
    expect(Object.values(link.written.fingerprints)).toEqual(fields.map(() => ''))
    expect(isUnsettled({ ...record, link })).toBe(true)
  })
})

describe('after an update whose answer was lost', () => {
  const observed = (changes: Partial<Appointment>): Observed => ({
    changeKey: 'K3',
    lastModifiedMs: 0,
    fingerprints: prints(changes),
  })

  test('what Exchange holds as wanted is agreed', () => {
    const link = linkOfLanded(recordOf(), mine, observed({ subject: 'Mine' }), ['subject'])
    expect(link.seen).toEqual({ changeKey: '', fingerprints: mine })
  })

  test('what differs by now is not taken as it is', () => {
    const link = linkOfLanded(recordOf(), mine, observed({ subject: 'Theirs' }), ['subject'])
    expect(link.seen).toEqual({ changeKey: '', fingerprints: without(prints(), ['subject']) })
  })

  test('what the application may have covered since is told again', () => {
    const record = recordOf({ offers: [updated(['subject'])] })
    expect(marked(linkOfLanded(record, mine, observed({ subject: 'Mine' }), ['subject']))).toEqual([
      'subject',
    ])
  })
})

describe('when nothing is left of it', () => {
  const cancelled = { ...wanted, kind: 'absent', reason: 'cancelled' } as const

  test('neither side holds it', () => {
    const link = linkOfAbsent(recordOf({ wanted: cancelled }))
    expect([link.item, link.seen, link.told.holds, isUntold(link)]).toEqual([
      undefined,
      undefined,
      false,
      false,
    ])
    expect(link.written).toEqual({ version: 2, basedOn: 5, fingerprints: {} })
  })

  test('what made it is remembered, so that what another attempt made late is known as that', () => {
    const record = recordOf({ wanted: cancelled, link: { ...emptyLink, attempt: 'first' } })
    expect(linkOfAbsent(record, 'second')).toMatchObject({ attempt: 'second', earlierAttempts: ['first'] })
    expect(linkOfAbsent(record)).toMatchObject({ attempt: 'first' })
  })

  test('the application is told if it may have got it back since', () => {
    expect(
      isUntold(linkOfAbsent(recordOf({ wanted: cancelled, offers: [updated(fields, 'created')] }))),
    ).toBe(true)
  })

  test('because Exchange cancelled it meanwhile, the application is told, and it is noted', () => {
    const link = linkOfCancelledMeanwhile(recordOf(), mine, 7)
    expect([link.item, isUntold(link)]).toEqual([undefined, true])
    expect(link.conflicts).toEqual([{ atMs: 7, version: 2, fields: [], winner: 'exchange' }])
  })
})
