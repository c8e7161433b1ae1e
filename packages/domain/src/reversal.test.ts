import { describe, expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import { fingerprintsOf, only } from './field.ts'
import type { Observed } from './merge.ts'
import { type AppointmentRecord, type Conflict, emptyLink, type Link, type Reversal } from './record.ts'
import { contestedIn, losingValues, planReversal, valuesOf } from './reversal.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const prints = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const mine = { subject: 'Mine' }
const theirs = { subject: 'Theirs' }
const rewritten = { subject: 'Mine, as Exchange says it' }
const observed = (changes: Partial<Appointment>, changeKey = 'K2'): Observed => ({
  changeKey,
  fingerprints: prints(changes),
  lastModifiedMs: 0,
})

describe('a conflict that Exchange won', () => {
  const record = decided('exchange', { told: { revision: 1, holds: true } })

  test.each([
    ['what it held then', theirs, 'write'],
    ['a later value', { subject: 'Later' }, 'changed'],
    ['what the application wanted', mine, 'changed'],
  ])('can be reversed while Exchange holds %s: %3$s', (_name, now, action) => {
    expect(plan(record, observed(now))).toMatchObject({ action, fields: ['subject'] })
  })

  test('is not concerned by other fields', () => {
    expect(plan(record, observed({ ...theirs, location: 'Elsewhere' }))).toMatchObject({ action: 'write' })
  })
})

describe('a conflict that the application won', () => {
  const seen = { changeKey: 'K1', fingerprints: prints(mine) }
  const { subject: _subject, ...notReadBack } = prints(mine)

  test.each<[string, Link['seen'], Observed, string]>([
    ['is as it was written', seen, observed(mine), 'write'],
    ['is our own write', { changeKey: 'K2', fingerprints: notReadBack }, observed(rewritten), 'write'],
    ['was read back', { changeKey: 'K1', fingerprints: prints(rewritten) }, observed(rewritten), 'write'],
    [
      'changed and was not read back',
      { changeKey: 'K1', fingerprints: notReadBack },
      observed(theirs),
      'changed',
    ],
    ['changed', seen, observed(theirs), 'changed'],
  ])('whose item %s: %4$s', (_name, known, now, action) => {
    const record = decided('application', { seen: known! })
    expect(plan(record, now)).toMatchObject({ action, fields: ['subject'] })
  })

  test('and wrote over since is not reversed', () => {
    const later = prints({ subject: 'Later' })
    const written = { version: 3, basedOn: 0, fingerprints: later }
    const record = decided('application', { written, seen: { changeKey: 'K1', fingerprints: later } })
    expect(plan(record, observed({ subject: 'Later' }))).toMatchObject({ action: 'changed' })
  })
})

describe('a conflict that was reversed', () => {
  const reversal: Reversal = {
    version: 2,
    atMs: 1,
    by: 'Olga',
    isBack: false,
    left: only(prints(rewritten), ['subject']),
  }
  const record = { ...decided('exchange'), reversals: [reversal] }

  test('has the other winner, and is reversed again while Exchange holds what that left', () => {
    expect(contestedIn(record, 2)).toMatchObject([{ field: 'subject', winner: 'application' }])
    expect(plan(record, observed(rewritten))).toMatchObject({ action: 'write' })
    expect(plan(record, observed(theirs))).toMatchObject({ action: 'changed' })
    const twice = {
      ...record,
      reversals: [reversal, { ...reversal, isBack: true, left: only(prints(theirs), ['subject']) }],
    }
    expect(contestedIn(twice, 2)).toMatchObject([{ field: 'subject', winner: 'exchange' }])
    expect(plan(twice, observed(theirs))).toMatchObject({ action: 'write' })
  })

  test('does not concern the conflict of another version', () => {
    expect(contestedIn({ ...record, reversals: [{ ...reversal, version: 3 }] }, 2)).toMatchObject([
      { winner: 'exchange' },
    ])
  })
})

test('what is another organiser’s is not written', () => {
  const item = { itemId: 'I', role: 'attendee', stamped: false } as const
  expect(plan(decided('exchange', { item }), observed(theirs))).toEqual({
    action: 'foreign',
    fields: ['subject'],
  })
})

test('of each field the value is kept that lost, and of a time all that belongs to it', () => {
  const [won, lost] = [
    { atMs: 0, version: 2, fields: ['when'], winner: 'application' },
    { atMs: 0, version: 2, fields: ['subject'], winner: 'exchange' },
  ] as const satisfies Conflict[]
  const exchange = anAppointment({ ...theirs, isAllDay: true })
  const { start, end } = exchange
  expect(losingValues([won, lost], { application: anAppointment(mine), exchange })).toEqual({
    application: mine,
    exchange: { start, end, isAllDay: true },
  })
  expect(valuesOf({ subject: 'S' }, ['subject', 'body'])).toEqual({ subject: 'S' })
})

function decided(winner: Conflict['winner'], link: Partial<Link> = {}): AppointmentRecord {
  const conflict: Conflict = {
    atMs: 0,
    version: 2,
    fields: ['subject'],
    winner,
    application: only(prints(mine), ['subject']),
    exchange: only(prints(theirs), ['subject']),
  }
  const written = { version: 2, basedOn: 0, fingerprints: prints(mine) }
  return aRecord({ link: { ...emptyLink, written, conflicts: [conflict], ...link } })
}

function plan(record: AppointmentRecord, now: Observed) {
  return planReversal(record, contestedIn(record, 2), now)
}
