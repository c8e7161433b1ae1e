import { expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import { caughtUp, withMaking } from './caught-up.ts'
import { fields, fingerprintsOf } from './field.ts'
import { type DeliveryPlan, planDelivery } from './plan-delivery.ts'
import { planOutbound } from './plan-outbound.ts'
import { emptyLink, type LinkedItem } from './record.ts'
import { linkOfCreated } from './settle.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const prints = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const item: LinkedItem = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true }
const stamp = { version: 3, attempt: 'T1', base: prints() }
const linked = aRecord({ link: { ...emptyLink, item } })
const observed = (changes: Partial<Appointment>) => ({
  changeKey: 'K2',
  lastModifiedMs: 0,
  fingerprints: prints(changes),
})

function mergedWith(base: typeof stamp | Omit<typeof stamp, 'base'>) {
  const appointment = anAppointment({ subject: 'Ours' })
  const wanted = { kind: 'present' as const, version: 4, atMs: 0, appointment }
  const plan = planOutbound({
    record: caughtUp({ ...linked, wanted }, base),
    fingerprints: prints({ subject: 'Ours' }),
    finding: { kind: 'item', isRefused: false, observed: observed({ location: 'Theirs' }) },
    rules: { policy: 'exchange', lateCallMs: 0, nowMs: 0 },
  })
  return plan.action === 'update' || plan.action === 'settle' ? plan.merge : undefined
}

test('what the stamp says is the base: each side keeps what only it changed', () => {
  expect(mergedWith(stamp)).toEqual({ write: ['subject'], lost: [], untold: ['location'] })
})

test('without a base Exchange wins where the two differ, and it is noted', () => {
  const { base: _base, ...bare } = stamp
  expect(mergedWith(bare)).toMatchObject({
    write: [],
    conflicts: expect.arrayContaining([expect.objectContaining({ winner: 'exchange' })]),
  })
})

test('what was away when the calendar was listed is told whole: the application knows that it is gone', () => {
  const look = { kind: 'present', item, observed: observed({}), stamp, wasAway: true } as const
  const plan = planDelivery(linked, look) as Extract<DeliveryPlan, { action: 'tell' }>
  expect(plan).toMatchObject({ action: 'tell', kind: 'created', applicationVersion: 3 })
  expect(plan.changed).toHaveLength(fields.length)
  expect(plan.linkOnceTold(9)).toMatchObject({
    written: { version: 3 },
    attempt: 'T1',
    told: { revision: 9, holds: true },
  })
  const offer = { revision: 9, atMs: 0, kind: 'created', fingerprints: prints() } as const
  expect(planDelivery({ ...linked, offers: [offer] }, look)).toMatchObject({ kind: 'created', offeredAs: 9 })
  const known = { ...linked, link: { ...linked.link, told: { revision: 3, holds: true } } }
  expect(planDelivery(known, look)).toMatchObject({ action: 'remember' })
})

test('what was withdrawn since the loss, and may cross again, is told whole', () => {
  const withdrawn = planDelivery(linked, { kind: 'refused', item, reason: 'private' })
  expect(withdrawn).toMatchObject({ action: 'tell', kind: 'withdrawn' })
  const link = (withdrawn as Extract<DeliveryPlan, { action: 'tell' }>).linkOnceTold(7)
  const look = { kind: 'present', item, observed: observed({ location: 'Theirs' }), stamp } as const
  const plan = planDelivery({ ...linked, link }, look) as Extract<DeliveryPlan, { action: 'tell' }>
  expect(plan).toMatchObject({ action: 'tell', kind: 'created', applicationVersion: 3 })
  expect(plan.linkOnceTold(8)).toMatchObject({ written: { version: 3 }, told: { revision: 8, holds: true } })
})

test('only what differs from the stamp is told', () => {
  const tell = (changes: Partial<Appointment>) =>
    planDelivery(linked, { kind: 'present', item, observed: observed(changes), stamp })
  expect(tell({})).toMatchObject({ action: 'remember', link: { written: { version: 3 } } })
  expect(tell({ location: 'Theirs' })).toMatchObject({ kind: 'updated', changed: ['location'] })
})

test('of an item that an attempt long past made, a user’s edit is kept though that version is forgotten', () => {
  const appointment = anAppointment({ subject: 'Ours' })
  const wanted = { kind: 'present' as const, version: 4, atMs: 0, appointment }
  const found = { itemId: 'I1', changeKey: 'K1', attempt: 'T1', version: 3 }
  const link = linkOfCreated({ ...linked, wanted }, found, undefined)
  const plan = planOutbound({
    record: withMaking({ ...linked, wanted, link }, stamp),
    fingerprints: prints({ subject: 'Ours' }),
    finding: {
      kind: 'item',
      isRefused: false,
      observed: observed({ location: 'Theirs' }),
      stampedVersion: 3,
    },
    rules: { policy: 'exchange', lateCallMs: 0, nowMs: 0 },
  })
  expect(plan).toMatchObject({ action: 'update', merge: { write: ['subject'], untold: ['location'] } })
})

test('a ledger that knows as much keeps what it knows', () => {
  const known = aRecord({ link: { ...linked.link, written: { ...emptyLink.written, version: 3 } } })
  expect(caughtUp(known, stamp).link).toEqual({ ...known.link, attempt: 'T1' })
})
