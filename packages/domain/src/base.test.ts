import { describe, expect, test } from 'vitest'
import { mergeBase, offersKept, unacknowledged } from './base.ts'
import { emptyLink, type Link, type Offer } from './record.ts'

const written = { version: 3, basedOn: 4, fingerprints: { subject: 'w', location: 'w', body: 'w' } }
const link: Link = { ...emptyLink, written, told: { revision: 6, holds: true } }
const offer = (
  revision: number,
  fingerprints: Offer['fingerprints'],
  kind: Offer['kind'] = 'updated',
): Offer => ({
  revision,
  kind,
  atMs: revision,
  fingerprints,
})
const offers = [
  offer(4, { subject: '4', body: '4' }),
  offer(5, { subject: '5' }),
  offer(6, { location: '6' }),
  offer(7, { subject: '7', body: '7' }),
]
const revisions = (offers: readonly Offer[]) => offers.map(({ revision }) => revision)

describe('the merge base', () => {
  test.each([
    ['what was written', 4, { subject: 'w', location: 'w', body: 'w' }, [5, 6, 7]],
    ['and what was applied since', 5, { subject: '5', location: 'w', body: 'w' }, [6, 7]],
    ['all that was acknowledged', 6, { subject: '5', location: '6', body: 'w' }, [7]],
    ['also what was applied without being acknowledged', 7, { subject: '7', location: '6', body: '7' }, []],
    ['what was acknowledged, if nothing is said', undefined, { subject: '5', location: '6', body: 'w' }, [7]],
    ['what was acknowledged, if the revision never was', 99, { subject: '5', location: '6', body: 'w' }, [7]],
  ])('is %s', (_name, basedOn, fingerprints, unknown) => {
    const base = mergeBase({ link, offers }, basedOn)
    expect(base.fingerprints).toEqual(fingerprints)
    expect(base.revision).toBe(basedOn === undefined || basedOn === 99 ? 6 : basedOn)
    expect(revisions(base.unknownToIt)).toEqual(unknown)
  })

  test('does not know the fields that were offered since a revision which is not remembered', () => {
    const base = mergeBase({ link, offers }, 3)
    expect(base.fingerprints).toEqual({})
    expect([base.revision, revisions(base.unknownToIt)]).toEqual([6, [4, 5, 6, 7]])
  })

  test('does not trust offers of which the first have fallen out', () => {
    const many = Array.from({ length: offersKept }, (_, i) => offer(20 + i, { subject: `${20 + i}` }))
    const old: Link = { ...link, told: { revision: 21, holds: true } }
    expect(mergeBase({ link: old, offers: many }, 19).fingerprints).toEqual({ location: 'w', body: 'w' })
    expect(mergeBase({ link: old, offers: many }, 20).fingerprints).toMatchObject({ subject: '20' })
  })

  test('may have been overtaken by what was offered since, without a word also by what was acknowledged', () => {
    expect(revisions(mergeBase({ link, offers }, 5).overtaking)).toEqual([6, 7])
    expect(revisions(mergeBase({ link, offers }, undefined).overtaking)).toEqual([5, 6, 7])
  })

  test('cannot be overtaken by the offer from which the application knows of the appointment', () => {
    const born: Link = { ...emptyLink, told: { revision: 2, holds: true } }
    const first = [offer(1, { subject: '1' }, 'created'), offer(2, { subject: '2' })]
    expect(revisions(mergeBase({ link: born, offers: first }, undefined).overtaking)).toEqual([2])
  })
})

test('what the application built upon is as good as acknowledged', () => {
  expect(revisions(unacknowledged({ link, offers }))).toEqual([7])
  expect(
    revisions(unacknowledged({ link: { ...link, written: { ...written, basedOn: 7 } }, offers })),
  ).toEqual([])
})
