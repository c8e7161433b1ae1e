import { describe, expect, test } from 'vitest'
import type { Refusal } from './admission.ts'
import { mergeBase } from './base.ts'
import { type Field, fields, fingerprintsOf, only } from './field.ts'
import { type DeliveryPlan, planDelivery } from './plan-delivery.ts'
import { type AppointmentRecord, isUnsettled, isUntold, type Link, type Offer } from './record.ts'
import { linkOfAbsent } from './settle.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const prints = fingerprintsOf(anAppointment(), testDigest)
const held: Link = {
  written: { version: 4, basedOn: 5, fingerprints: prints },
  item: { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true },
  attempt: 'T1',
  seen: { changeKey: 'K1', fingerprints: prints },
  told: { revision: 5, holds: true },
  conflicts: [],
}
const all: readonly Field[] = fields
const offer = (revision: number, kind: Offer['kind'], names: readonly Field[] = []): Offer => ({
  revision,
  kind,
  atMs: 0,
  fingerprints: only(prints, names),
})
const absent = (reason: 'cancelled' | Refusal, basedOn?: number) =>
  ({ kind: 'absent', version: 5, reason, atMs: 0, ...(basedOn !== undefined && { basedOn }) }) as const

type Case = Partial<AppointmentRecord> & { toldRevision?: number }

/** Version 5 is settled: Exchange holds nothing of it any more. */
function settled({ toldRevision = 5, ...changes }: Case): AppointmentRecord {
  const told = { revision: toldRevision, holds: true }
  const record = aRecord({ wanted: absent('private', 5), ...changes, link: { ...held, told } })
  return { ...record, link: linkOfAbsent(record) }
}

function told(record: AppointmentRecord): Extract<DeliveryPlan, { action: 'tell' }> | undefined {
  const plan = planDelivery(record, { kind: 'gone' })
  expect(plan.action === 'tell').toBe(isUntold(record.link))
  return plan.action === 'tell' ? plan : undefined
}

const sensitivity = offer(6, 'updated', ['sensitivity'])

describe('what the application has hidden it is told to hide', () => {
  test.each(['private', 'confidential', 'personal'] as const)('as %s, just as it has decided', (reason) => {
    expect(told(settled({ wanted: absent(reason, 5), offers: [sensitivity] }))).toMatchObject({
      kind: 'updated',
      changed: ['sensitivity'],
      hides: reason,
      applicationVersion: 5,
    })
  })

  test.each<[string, Case]>([
    ['it applied a change of the sensitivity over that', { offers: [sensitivity], toldRevision: 6 }],
    ['it may have applied one, which it never acknowledged', { offers: [sensitivity] }],
    ['it does not say what it knew', { wanted: absent('private'), offers: [sensitivity], toldRevision: 6 }],
    [
      'it was told of it anew',
      { offers: [offer(6, 'withdrawn'), offer(7, 'created', all)], toldRevision: 7 },
    ],
    [
      'it may have kept what a later change took away',
      { offers: [sensitivity, offer(7, 'withdrawn')], toldRevision: 6 },
    ],
  ])('if %s', (_, change) => {
    expect(told(settled(change))?.hides).toBe('private')
  })

  test.each<[string, Case]>([
    ['if it knew of the change', { wanted: absent('private', 6), offers: [sensitivity], toldRevision: 6 }],
    ['if other fields were told', { offers: [offer(6, 'updated', ['subject'])] }],
    ['if it has cancelled it', { wanted: absent('cancelled', 5), offers: [sensitivity] }],
    [
      'if it made it recurring, which no change undoes',
      { wanted: absent('recurring', 5), offers: [sensitivity] },
    ],
    ['if it lost it since', { offers: [sensitivity, offer(7, 'cancelled')], toldRevision: 7 }],
  ])('not %s', (_, change) => {
    expect(told(settled(change))).toBeUndefined()
  })

  test('but what it may have got anew, or not, is cancelled', () => {
    const offers = [offer(6, 'withdrawn'), offer(7, 'created', all)]
    expect(told(settled({ offers, toldRevision: 6 }))?.kind).toBe('cancelled')
  })
})

describe('the change that hides', () => {
  const offers = [sensitivity]
  const record = settled({ offers })
  const plan = told(record)!
  const hiding: Offer = { revision: 7, kind: 'updated', atMs: 0, fingerprints: plan.fingerprints }

  test('is told again under its revision until it is acknowledged', () => {
    expect(told({ ...record, offers: [...offers, hiding] })?.offeredAs).toBe(7)
  })

  test('is told once', () => {
    const link = plan.linkOnceTold(7)
    expect(link.told).toEqual({ revision: 7, holds: false })
    expect(told({ ...record, offers: [...offers, hiding], link })).toBeUndefined()
  })

  test('is a new one if the application hides it otherwise since', () => {
    const later = aRecord({
      ...record,
      wanted: { ...absent('confidential', 5), version: 6 },
      offers: [...offers, hiding],
    })
    const again = told({ ...later, link: linkOfAbsent(later) })
    expect([again?.hides, again?.offeredAs]).toEqual(['confidential', undefined])
  })

  test.each([
    { ...absent('private', 5), version: 6 },
    { kind: 'present', version: 6, basedOn: 5, atMs: 0 },
  ] as const)('is not told any more once a version is on its way that decides anew: $kind', (wanted) => {
    expect(planDelivery({ ...record, wanted }, { kind: 'gone' }).action).toBe('remember')
  })
})

describe('what the application took off while it slept, and Exchange shows again', () => {
  const asleep = (reason: 'cancelled' | Refusal): AppointmentRecord => {
    const { seen: _seen, ...link } = held
    return aRecord({
      wanted: absent(reason, 5),
      offers: [offer(6, 'withdrawn')],
      link: { ...link, asleep: 'private', told: { revision: 6, holds: false } },
    })
  }
  const observed = { changeKey: 'K9', lastModifiedMs: 0, fingerprints: prints }
  const shown = (record: AppointmentRecord) =>
    planDelivery(record, { kind: 'present', item: held.item!, observed })

  test.each(['private', 'recurring'] as const)(
    'is told anew if it was %s, and that is settled by it',
    (reason) => {
      const record = asleep(reason)
      const plan = shown(record)
      expect(plan).toMatchObject({ action: 'tell', kind: 'created', applicationVersion: 5 })
      const link = plan.action === 'tell' ? plan.linkOnceTold(7) : held
      expect(link).toMatchObject({ item: held.item, told: { revision: 7, holds: true } })
      expect(isUnsettled({ ...record, link })).toBe(false)
      expect(mergeBase({ link, offers: [] }, 7).fingerprints).toEqual(prints)
    },
  )

  test('is not told if it was cancelled: that counts, now that it is awake', () => {
    const record = asleep('cancelled')
    const plan = shown(record)
    expect(plan).toMatchObject({ action: 'remember', link: { item: held.item, told: { holds: false } } })
    const link = plan.action === 'remember' ? plan.link : held
    expect([link.asleep, isUnsettled({ ...record, link })]).toEqual([undefined, true])
  })
})
