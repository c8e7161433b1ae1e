import { describe, expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import { mergeBase, offersKept } from './base.ts'
import { type Field, fields, fingerprintsOf, only, without } from './field.ts'
import { type DeliveryPlan, isOverAfterLoss, type Look, planDelivery } from './plan-delivery.ts'
import { type AppointmentRecord, emptyLink, type Link, type Offer } from './record.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const prints = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const item = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true } as const
const linked: Link = {
  ...emptyLink,
  written: { version: 1, basedOn: 0, fingerprints: prints() },
  item,
  seen: { changeKey: 'K1', fingerprints: prints() },
  told: { revision: 5, holds: true },
}
const { item: _item, seen: _seen, ...unlinked } = linked
const lacking = { revision: 5, holds: false }
const present = (changes: Partial<Appointment> = {}, changeKey = 'K2'): Look => ({
  kind: 'present',
  item,
  observed: { changeKey, lastModifiedMs: 0, fingerprints: prints(changes) },
})
const refused: Look = { kind: 'refused', item, reason: 'private' }
const gone: Look = { kind: 'gone' }
const moved = { subject: 'Moved' }
const offer = (
  kind: Offer['kind'],
  names: readonly Field[] = [],
  changes: Partial<Appointment> = moved,
): Offer => ({
  revision: 6,
  kind,
  atMs: 0,
  fingerprints: only(prints(changes), names),
})

function planned(look: Look, link: Link = linked, rest: Partial<AppointmentRecord> = {}): DeliveryPlan {
  return planDelivery(aRecord({ link, ...rest }), look)
}

function told(plan: DeliveryPlan): Extract<DeliveryPlan, { action: 'tell' }> {
  expect(plan.action).toBe('tell')
  return plan as Extract<DeliveryPlan, { action: 'tell' }>
}

describe('the application is told', () => {
  type State = 'holds it' | 'lacks it' | 'had it withdrawn'
  const states: Record<State, Link> = {
    'holds it': linked,
    'lacks it': { ...unlinked, item, told: lacking },
    'had it withdrawn': { ...unlinked, item, told: lacking, asleep: 'private' },
  }
  const looks = { 'as it was': present(), changed: present(moved), refused, gone }
  // The whole table. `Record` without `Partial`: a case that is missing does not compile.
  const kinds: Record<State, Record<keyof typeof looks, string>> = {
    'holds it': { 'as it was': 'nothing', changed: 'updated', refused: 'withdrawn', gone: 'cancelled' },
    'lacks it': { 'as it was': 'created', changed: 'created', refused: 'nothing', gone: 'nothing' },
    'had it withdrawn': { 'as it was': 'created', changed: 'created', refused: 'nothing', gone: 'nothing' },
  }
  const cases = Object.entries(kinds).flatMap(([state, byLook]) =>
    Object.entries(byLook).map(([look, kind]) => ({ state, look, kind })),
  )

  test.each(cases)('if it $state, of an item $look: $kind', ({ state, look, kind }) => {
    const plan = planned(looks[look as keyof typeof looks], states[state as State])
    expect(plan.action === 'tell' ? plan.kind : 'nothing').toBe(kind)
  })

  test('only what changed, in the words of Exchange', () => {
    const plan = told(planned(present(moved)))
    expect(plan).toMatchObject({ changed: ['subject'], applicationVersion: 1 })
    expect(plan.fingerprints).toEqual({ subject: prints(moved).subject })
  })

  test('everything of what it lacks', () => {
    const plan = told(planned(present(moved), { ...linked, told: lacking }))
    expect([plan.changed, plan.fingerprints]).toEqual([fields, prints(moved)])
  })

  test('of an answer together with who attends, since they are one property', () => {
    const bob = { address: 'bob@x.example', type: 'required' } as const
    const link = { ...linked, seen: { changeKey: 'K1', fingerprints: prints({ attendees: [bob] }) } }
    const plan = told(planned(present({ attendees: [{ ...bob, response: 'declined' }] }), link))
    expect(plan.changed.toSorted()).toEqual(['attendees', 'responses'])
    expect(Object.keys(plan.fingerprints).toSorted()).toEqual(['attendees', 'responses'])
  })

  test('everything of what it holds if that was never seen: a restored item need not be as it was', () => {
    expect(told(planned(present(moved), { ...unlinked, item })).kind).toBe('created')
  })

  test('why it is withdrawn', () => {
    expect(told(planned(refused))).toMatchObject({ reason: 'private', changed: [], fingerprints: {} })
  })

  test('what it lost, though it is as it was seen', () => {
    const seen = { changeKey: 'K1', fingerprints: { ...prints(), subject: '' } }
    expect(told(planned(present({}, 'K1'), { ...linked, seen })).changed).toEqual(['subject'])
  })
})

describe('what we wrote ourselves', () => {
  const seen = { changeKey: 'K1', fingerprints: without(prints(), ['body']) }
  const rewritten = { body: { contentType: 'html', content: '<div>Bring the plans</div>' } } as const

  test('is remembered as Exchange rewrote it, at the change key of the write', () => {
    const plan = planned(present(rewritten, 'K1'), { ...linked, seen })
    expect(plan).toMatchObject({ action: 'remember', link: { seen: { fingerprints: prints(rewritten) } } })
  })

  test('is compared with what was written, at another one', () => {
    expect(told(planned(present(rewritten), { ...linked, seen })).changed).toEqual(['body'])
    expect(planned(present(), { ...linked, seen }).action).toBe('remember')
  })
})

describe('what was offered and not acknowledged', () => {
  test('is told again though Exchange went back to what was agreed', () => {
    const plan = told(planned(present(), linked, { offers: [offer('updated', ['subject'])] }))
    expect([plan.kind, plan.changed]).toEqual(['updated', ['subject']])
  })

  test('is not, if the application sent it and Exchange holds it just so', () => {
    const offers = [offer('created', fields, {})]
    expect(planned(present(), linked, { offers }).action).toBe('remember')
  })

  test.each([
    ['Exchange holds something else by now', moved, {}],
    ['the application sent something else', moved, moved],
  ])('is told again if %s', (_, exchange, offered) => {
    const link = { ...linked, seen: { changeKey: 'K1', fingerprints: prints(exchange) } }
    const offers = [offer('updated', ['subject'], offered)]
    expect(told(planned(present(exchange), link, { offers })).changed).toEqual(['subject'])
  })

  test.each([
    ['created', gone, 'cancelled', { ...unlinked, told: lacking }],
    ['created', refused, 'withdrawn', { ...linked, told: lacking }],
    ['cancelled', present(), 'created', linked],
    ['withdrawn', present(), 'created', linked],
  ] as const)('as %s may have been applied: of an item %o it is told %s', (kind, look, expected, link) => {
    expect(told(planned(look, link, { offers: [offer(kind)] })).kind).toBe(expected)
  })

  const unanswered = [offer('updated', ['subject'])]
  test('keeps its revision if it is the same', () => {
    expect(told(planned(present(moved), linked, { offers: unanswered })).offeredAs).toBe(6)
  })

  test('gets a new one if it is another, or may have been answered', () => {
    const wanted = { kind: 'present', version: 1, atMs: 0 } as const
    const others = [
      planned(present({ subject: 'Other' }), linked, { offers: unanswered }),
      planned(present({ ...moved, location: 'Other' }), linked, { offers: unanswered }),
      planned(gone, linked, { offers: unanswered }),
      planned(present(moved), linked, { offers: unanswered, wanted }),
    ]
    expect(others.map((plan) => told(plan).offeredAs)).toEqual(others.map(() => undefined))
  })
})

describe('after a loss, of what Exchange hides', () => {
  const forgotten: Link = { ...emptyLink, item }
  const theirs: Look = { kind: 'refused', item: { ...item, stamped: false }, reason: 'private' }
  const wanted = { kind: 'present', version: 1, basedOn: 5, atMs: 0 } as const

  test('the application is told if it may hold it', () => {
    expect(told(planned(refused, forgotten)).kind).toBe('withdrawn')
    expect(told(planned(theirs, forgotten, { wanted })).kind).toBe('withdrawn')
    expect(planned(theirs, forgotten).action).toBe('remember')
  })

  test('and told again, as the same, until it has acknowledged that', () => {
    const offers = [offer('withdrawn')]
    expect(told(planned(refused, forgotten, { offers }))).toMatchObject({ kind: 'withdrawn', offeredAs: 6 })
    const asleep = told(planned(theirs, forgotten, { offers, wanted })).linkOnceTold(6)
    expect(planned(theirs, asleep, { offers, wanted }).action).toBe('remember')
  })
})

const unstamped = { ...item, stamped: false }

test.each<[string, Partial<AppointmentRecord>, Look, number, boolean]>([
  ['hidden', {}, refused, 0, true],
  ['back', {}, { ...present(), wasAway: true } as Look, 0, true],
  ['there', {}, present(), 30_000, false],
  ['hidden, and spoken of', { wanted: { kind: 'present', version: 1, atMs: 0 } }, refused, 30_000, false],
  ['hidden, and known', { link: linked }, refused, 30_000, false],
  ['hidden, and not ours', { link: { ...emptyLink, item: unstamped } }, refused, 29_999, false],
  [
    'hidden, not ours, and was waited for',
    { link: { ...emptyLink, item: unstamped } },
    refused,
    30_000,
    true,
  ],
])('what is not on its way after a loss: of what is %s', (_, changes, look, awaitedMs, isOver) => {
  const record = aRecord({ link: { ...emptyLink, item }, ...changes })
  expect(isOverAfterLoss(record, look, { awaitedMs, newerVersionMs: 30_000 })).toBe(isOver)
})

describe('the version that a change has taken account of', () => {
  const wanted = { kind: 'present', version: 4, basedOn: 5, atMs: 0 } as const
  const asleep: Link = { ...unlinked, item, told: lacking, asleep: 'private' }

  test.each([
    ['is what was written', present(moved), linked, 1],
    ['is what arrived, if there is nothing to merge it into', gone, linked, 4],
    ['is what arrived, if it is not merged for being refused', refused, linked, 4],
    ['is what arrived, if it was not merged for being asleep', present(), asleep, 4],
  ] as const)('%s', (_name, look, link, version) => {
    expect(told(planned(look, link, { wanted })).applicationVersion).toBe(version)
  })
})

describe('once it is told', () => {
  test('what is there is agreed', () => {
    const link = told(planned(present(moved), { ...linked, asleep: 'private', told: lacking })).linkOnceTold(
      7,
    )
    expect(link).toMatchObject({ item, seen: { changeKey: 'K2', fingerprints: prints(moved) } })
    expect([link.told, link.asleep]).toEqual([{ revision: 7, holds: true }, undefined])
  })

  test('what was withdrawn sleeps, and its baseline is forgotten', () => {
    const link = told(planned(refused)).linkOnceTold(7)
    expect(link).toMatchObject({ item, asleep: 'private', told: { revision: 7, holds: false } })
    expect(link.seen).toBeUndefined()
  })

  test('what is gone has no item', () => {
    const link = told(planned(gone, { ...linked, asleep: 'private' })).linkOnceTold(7)
    expect([link.item, link.seen, link.asleep]).toEqual([undefined, undefined, undefined])
    expect(link.told).toEqual({ revision: 7, holds: false })
  })

  test('the merge base is what it was, though the oldest offers fall out', () => {
    let record = aRecord({
      link: { ...linked, written: emptyLink.written, told: { revision: 0, holds: false } },
    })
    for (let revision = 1; revision <= 3 * offersKept; revision++) {
      const plan = told(planDelivery(record, present({ subject: `${revision}` }, `K${revision}`)))
      const offers = [
        ...record.offers,
        { revision, atMs: 0, kind: plan.kind, fingerprints: plan.fingerprints },
      ]
      record = { ...record, offers: offers.slice(-offersKept) }
      expect(mergeBase(record, Math.max(1, revision - 1)).fingerprints).toEqual(
        prints({ subject: `${Math.max(1, revision - 1)}` }),
      )
      record = { ...record, link: plan.linkOnceTold(revision) }
    }
  })
})
