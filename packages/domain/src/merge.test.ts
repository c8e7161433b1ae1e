import { describe, expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import type { MergeBase } from './base.ts'
import { type Field, fields, type Fingerprints, fingerprintsOf, only, without } from './field.ts'
import { type ConflictPolicy, merge, type MergeInput, type Observed } from './merge.ts'
import type { Offer } from './record.ts'
import { anAppointment, testDigest } from './testing/index.ts'

const nowMs = 1_000_000
const prints = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const agreed = prints()
const observed = (changes: Partial<Appointment>, changeKey = 'K2', lastModifiedMs = nowMs): Observed => ({
  changeKey,
  lastModifiedMs,
  fingerprints: prints(changes),
})
const offer = (changes: Partial<Appointment>, names: readonly Field[]): Offer => {
  const rest = fields.filter((field) => !names.includes(field))
  return { revision: 6, atMs: nowMs, kind: 'updated', fingerprints: without(prints(changes), rest) }
}
const knowing = (changes: Partial<MergeBase> = {}): MergeBase => ({
  revision: 5,
  fingerprints: agreed,
  unknownToIt: [],
  overtaking: [],
  ...changes,
})
const unaware = (offer: Offer) => knowing({ unknownToIt: [offer], overtaking: [offer] })

function merged(wanted: Partial<Appointment>, rest: Partial<MergeInput> = {}) {
  return merge({
    wanted: { version: 2, atMs: nowMs, fingerprints: prints(wanted) },
    base: knowing(),
    written: { version: 1, basedOn: 0, fingerprints: agreed },
    seen: { changeKey: 'K1', fingerprints: agreed },
    role: 'organizer',
    policy: 'exchange',
    nowMs,
    ...rest,
  })
}

test('what Exchange has in other words is neither written nor told, nor a conflict', () => {
  const start = { dateTime: '2027-03-27T09:00:00', timeZone: 'Europe/Berlin' }
  const said = observed({ start })
  const without = { fingerprints: { ...agreed, when: undefined } } as unknown as Partial<MergeBase>
  expect(merged({}, { base: knowing(without), observed: said })).toMatchObject({ lost: ['when'] })
  const alike = { ...said, alike: ['when'] as const }
  expect(merged({}, { base: knowing(without), observed: alike })).toEqual({ write: [], lost: [], untold: [] })
})

const mine = { subject: 'Mine' }
const theirs = { subject: 'Theirs' }
const conflict = (winner: string, exchange: Partial<Fingerprints> = prints(theirs)) => ({
  atMs: nowMs,
  version: 2,
  fields: ['subject'],
  winner,
  application: { subject: prints(mine).subject },
  exchange: only(exchange, ['subject']),
})

describe('a merge', () => {
  test('writes what the application changed and tells what Exchange changed', () => {
    const result = merged(mine, { observed: observed({ location: 'Theirs' }) })
    expect(result).toEqual({ write: ['subject'], lost: [], untold: ['location'] })
  })

  test('writes nothing if both made the same change', () => {
    expect(merged(mine, { observed: observed(mine) })).toEqual({ write: [], lost: [], untold: [] })
  })

  test('leaves what the application did not touch, though it did not know of an edit of it', () => {
    expect(merged({ location: 'Mine' }, { base: unaware(offer(theirs, ['subject'])) })).toEqual({
      write: ['location'],
      lost: [],
      untold: [],
    })
  })

  const won = { write: ['subject'], lost: [], untold: [] as string[], conflicts: [conflict('application')] }
  const lost = { write: [], lost: ['subject'], untold: ['subject'], conflicts: [conflict('exchange')] }
  const policies: Record<ConflictPolicy, typeof won | typeof lost> = {
    exchange: lost,
    application: won,
    latest: lost,
  }

  test.each(Object.entries(policies))(
    'of the same field goes by the policy %s, and is noted',
    (policy, result) => {
      const rest = { policy: policy as ConflictPolicy, observed: observed(theirs) }
      expect(merged(mine, rest)).toEqual(result)
    },
  )

  test.each(Object.entries(policies))(
    'goes by the policy %s if Exchange changed before',
    (policy, result) => {
      const rest = { policy: policy as ConflictPolicy, base: unaware(offer(theirs, ['subject'])) }
      // The application may have applied the change over its own, so it is told in any case.
      expect(merged(mine, rest)).toEqual({ ...result, untold: ['subject'] })
    },
  )

  test.each([
    [2_000, 'exchange'],
    [2_001, 'application'],
  ])('%d ms later the latest is of %s', (laterMs, winner) => {
    const rest = { policy: 'latest' as const, observed: observed(theirs, 'K2', nowMs - laterMs) }
    expect(merged(mine, rest).conflicts?.[0]?.winner).toBe(winner)
  })

  test('is no conflict if what was offered is what the application had', () => {
    expect(merged(mine, { base: unaware(offer({}, ['subject'])) })).toMatchObject({
      write: ['subject'],
      lost: [],
    })
  })

  test('is no conflict if the application answers with what it was offered', () => {
    expect(merged(theirs, { base: unaware(offer(theirs, ['subject'])) })).toMatchObject({
      write: [],
      lost: [],
    })
  })

  test('leaves a body that is not ours as it is under every policy, and notes it', () => {
    const body = (content: string) => ({ contentType: 'text', content }) as const
    const rest = {
      policy: 'application' as const,
      observed: observed({ ...theirs, body: body('Theirs') }),
    }
    expect(merged({ ...mine, body: body('Mine') }, rest)).toEqual({
      write: ['subject'],
      lost: ['body'],
      untold: ['body'],
      conflicts: [
        conflict('application'),
        {
          ...conflict('exchange'),
          fields: ['body'],
          application: only(prints({ body: body('Mine') }), ['body']),
          exchange: only(prints({ body: body('Theirs') }), ['body']),
        },
      ],
    })
    expect(merged({ body: body('Mine') }, { ...rest, ours: ['body'] }).write).toEqual(['body'])
  })

  test('in doubt what the application held, is won by Exchange under every policy, and noted', () => {
    const base = knowing({ fingerprints: without(agreed, ['subject']) })
    expect(merged(mine, { policy: 'application', base, observed: observed({}) })).toEqual({
      ...lost,
      conflicts: [conflict('exchange', agreed)],
    })
  })

  test('writes on the item of another organiser only what is the attendee’s own', () => {
    const wanted = { ...mine, categories: ['Mine'], showAs: 'free', reminderMinutesBeforeStart: 5 } as const
    expect(merged(wanted, { role: 'attendee', policy: 'application' })).toEqual({
      write: ['showAs', 'reminderMinutesBeforeStart', 'categories'],
      lost: ['subject'],
      untold: ['subject'],
      // It was not read.
      conflicts: [conflict('exchange', {})],
    })
  })

  const bob = { address: 'bob@x.example', type: 'required' } as const
  test('never writes responses, and tells them whatever the application says of them', () => {
    const fingerprints = prints({ attendees: [{ ...bob, response: 'accepted' }] })
    const rest = {
      seen: { changeKey: 'K1', fingerprints },
      base: knowing({ fingerprints }),
      observed: observed({ attendees: [bob] }),
    }
    expect(merged({ attendees: [bob] }, rest)).toEqual({ write: [], lost: [], untold: ['responses'] })
  })
})

describe('what was written and not read back', () => {
  const seen = { changeKey: 'K1', fingerprints: without(agreed, ['subject']) }

  test('is taken as it is at the change key that the write gave', () => {
    expect(merged({ location: 'Mine' }, { seen, observed: observed(theirs, 'K1') }).untold).toEqual([])
  })

  test('is compared with what was written at another one', () => {
    expect(merged({ location: 'Mine' }, { seen, observed: observed(theirs) }).untold).toEqual(['subject'])
  })
})

describe('what is still to be told', () => {
  const seen = { changeKey: 'K1', fingerprints: { ...agreed, subject: '' } }

  test('is a change by Exchange', () => {
    expect(merged(mine, { seen, observed: observed(theirs, 'K1') }).lost).toEqual(['subject'])
  })

  test('is none if Exchange holds what the application wrote', () => {
    const written = { version: 1, basedOn: 0, fingerprints: prints(theirs) }
    const result = merged(mine, { seen, written, observed: observed(theirs, 'K1') })
    expect(result).toEqual({ write: ['subject'], lost: [], untold: [] })
  })
})
