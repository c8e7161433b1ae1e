import { describe, expect, test } from 'vitest'
import type { Appointment } from './appointment.ts'
import { fingerprintsOf } from './field.ts'
import type { Finding, OutboundInput, OutboundPlan } from './outbound-plan.ts'
import { planOutbound } from './plan-outbound.ts'
import { type AppointmentRecord, emptyLink, type Link, type Offer } from './record.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const printsOf = (changes: Partial<Appointment> = {}) => fingerprintsOf(anAppointment(changes), testDigest)
const rules = { policy: 'exchange', lateCallMs: 120_000, nowMs: 1_000_000 } as const
const item = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true } as const
const linked: Link = {
  ...emptyLink,
  written: { version: 1, basedOn: 0, fingerprints: printsOf() },
  item,
  attempt: 'T1',
  seen: { changeKey: 'K1', fingerprints: printsOf() },
  told: { revision: 5, holds: true },
}
const { item: _item, seen: _seen, ...unlinked } = linked

const present = (changes: Partial<Appointment> = {}, basedOn = 5) => ({
  kind: 'present' as const,
  version: 2,
  basedOn,
  atMs: 900_000,
  appointment: anAppointment(changes),
})
const { appointment: _appointment, ...settled } = present()
const absent = { kind: 'absent', version: 2, basedOn: 5, atMs: 900_000, reason: 'cancelled' } as const
const offer = (revision: number, kind: Offer['kind'], changes: Offer['fingerprints'] = {}): Offer => ({
  revision,
  kind,
  atMs: 950_000,
  fingerprints: changes,
})
const found = (changes: Partial<Appointment> = {}, stampedVersion?: number): Finding => ({
  kind: 'item',
  isRefused: false,
  observed: { changeKey: 'K2', lastModifiedMs: 950_000, fingerprints: printsOf(changes) },
  ...(stampedVersion && { stampedVersion }),
})
const gone: Finding = { kind: 'gone' }
const stampedItem = (version: number) => ({
  itemId: `I${version}`,
  changeKey: 'K',
  version,
  attempt: `T${version}`,
})
const stamped = (...versions: number[]): Finding => ({
  kind: 'stamped',
  items: versions.map((version) => stampedItem(version)),
})
const notElsewhere: Finding = { kind: 'stamped', items: [], elsewhere: [] }
const earlier = { version: 2, attempt: 'T0', atMs: 950_000 }

function planned(record: Partial<AppointmentRecord>, rest: Partial<OutboundInput> = {}): OutboundPlan {
  const { wanted } = record
  const fingerprints = wanted?.kind === 'present' && 'appointment' in wanted && wanted.appointment
  return planOutbound({
    record: aRecord(record),
    rules,
    ...(fingerprints && { fingerprints: fingerprintsOf(fingerprints, testDigest) }),
    ...rest,
  })
}

const moved = { subject: 'Moved' }

describe('what is wanted present', () => {
  const cases: Record<string, [Partial<AppointmentRecord>, Partial<OutboundInput>, OutboundPlan['action']]> =
    {
      'is created if there is no item': [{ link: emptyLink }, {}, 'create'],
      'is settled if it was written': [
        { link: { ...linked, written: { ...linked.written, version: 2 } } },
        {},
        'settle',
      ],
      'is not taken for written if it is not, and its content is lost': [
        { link: linked, wanted: settled },
        {},
        'reportLost',
      ],
      'updates its item': [{ link: linked }, {}, 'update'],
      'is settled if Exchange holds it already': [{ link: linked }, { finding: found(moved) }, 'settle'],
      'reads an item that was never seen': [{ link: { ...unlinked, item } }, {}, 'read'],
      'reads an item whose state is in doubt': [
        { link: { ...linked, seen: { changeKey: '', fingerprints: printsOf() } } },
        {},
        'read',
      ],
      'reads an item of which something is still to be told': [
        { link: { ...linked, seen: { changeKey: 'K1', fingerprints: { ...printsOf(), location: '' } } } },
        {},
        'read',
      ],
      'finds out where its item is': [{ link: linked }, { finding: gone }, 'missing'],
      'waits for an item that sleeps': [{ link: { ...linked, asleep: 'private' } }, {}, 'sleep'],
      'goes to sleep with an item that was hidden just now': [
        { link: linked },
        { finding: { ...found(), isRefused: true } as Finding },
        'sleep',
      ],
      'has landed if the stamp says so': [{ link: linked }, { finding: found(moved, 2), earlier }, 'landed'],
      'looks for what an earlier attempt created': [{ link: emptyLink }, { earlier }, 'findStamped'],
      'adopts what an earlier attempt created': [
        { link: emptyLink },
        { earlier, finding: stamped(2) },
        'adopt',
      ],
      'is created again if nothing is found': [
        { link: emptyLink },
        { earlier, finding: notElsewhere },
        'create',
      ],
    }
  test.each(Object.entries(cases))('%s', (_name, [record, rest, action]) => {
    expect(planned({ wanted: present(moved), ...record }, rest).action).toBe(action)
  })

  test('writes only what changed, at the change key that it knows', () => {
    const plan = planned({ wanted: present(moved), link: linked })
    expect(plan).toMatchObject({
      action: 'update',
      item,
      changeKey: 'K1',
      merge: { write: ['subject'], lost: [] },
    })
  })

  test('writes at the change key that was read', () => {
    const plan = planned({ wanted: present(moved), link: linked }, { finding: found({ location: 'Room 9' }) })
    expect(plan).toMatchObject({ changeKey: 'K2', merge: { write: ['subject'], untold: ['location'] } })
  })

  test('adopts the newest of several items and folds the others', () => {
    const plan = planned({ wanted: present() }, { earlier, finding: stamped(1, 3, 2) })
    expect(plan).toMatchObject({ found: { version: 3 }, extra: [{ version: 2 }, { version: 1 }] })
  })

  test('leaves a copy alone that its user made of what an attempt created', () => {
    const made = stampedItem(3)
    const finding = { kind: 'stamped', items: [made, { ...made, itemId: 'copy' }] } as const
    expect(planned({ wanted: present() }, { earlier, finding })).toMatchObject({ found: made, extra: [] })
    expect(planned({ wanted: absent }, { earlier, finding })).toMatchObject({ itemIds: [made.itemId] })
  })

  test('is created for attendees only once a lost call can no longer land', () => {
    const wanted = present({ attendees: [{ address: 'bob@x.example', type: 'required' }] })
    const plan = (nowMs: number) =>
      planned({ wanted }, { earlier, finding: notElsewhere, rules: { ...rules, nowMs } })
    expect(plan(earlier.atMs + 119_999)).toEqual({ action: 'wait', untilMs: earlier.atMs + 120_000 })
    expect(plan(earlier.atMs + 120_000).action).toBe('create')
  })

  test('finds what Exchange changed before the item was ever seen, by what the application was told', () => {
    const born = { ...unlinked, item, written: emptyLink.written }
    const record = { wanted: present({}, 5), link: born, offers: [offer(5, 'created', printsOf())] }
    const plan = planned(record, { finding: found({ location: 'Room 9' }) })
    expect(plan).toMatchObject({ action: 'settle', merge: { untold: ['location'] } })
  })

  test('finds what Exchange took back after the application had built upon it', () => {
    const offers = [offer(6, 'updated', { location: printsOf({ location: 'Room 9' }).location })]
    const record = { wanted: present({ ...moved, location: 'Room 9' }, 6), link: linked, offers }
    const plan = planned(record, { finding: found() })
    expect(plan).toMatchObject({ action: 'update', merge: { write: ['subject'], untold: ['location'] } })
  })

  test('yields to nothing that an older version of its own wrote, when its answer was lost', () => {
    const wanted = { ...present(moved), version: 3 }
    const plan = planned({ wanted, link: linked }, { finding: found({ subject: 'Older' }, 2), earlier })
    expect(plan).toMatchObject({ action: 'update', merge: { write: ['subject'], lost: [] } })
  })
})

test('what an older version wrote whose answer was lost is no edit of the user, stamp or no stamp', () => {
  const overtaken = { version: 1, fingerprints: printsOf({ location: 'Lost', subject: 'Lost' }) }
  const finding = found({ location: 'Lost', subject: 'By the user' })
  expect(planned({ wanted: present(), link: linked }, { finding, overtaken })).toMatchObject({
    action: 'update',
    merge: { write: ['location'], untold: ['subject'] },
  })
})

test('attendees that an older version made have not answered: that is no news', () => {
  const attendees = [{ address: 'bob@contoso.example', type: 'required' as const }]
  const finding = found({ attendees })
  expect(planned({ wanted: present({ attendees }), link: linked }, { finding })).toMatchObject({
    action: 'settle',
    merge: { untold: [] },
  })
  const answered = found({ attendees: [{ ...attendees[0]!, response: 'accepted' }] })
  expect(planned({ wanted: present({ attendees }), link: linked }, { finding: answered })).toMatchObject({
    merge: { untold: ['responses'] },
  })
})

describe('what Exchange cancelled', () => {
  const link: Link = { ...unlinked, told: { revision: 6, holds: false } }
  const edited = (
    basedOn: number,
    offers: Offer[],
    policy: 'exchange' | 'latest' | 'application' = 'exchange',
  ) => planned({ wanted: present(moved, basedOn), link, offers }, { rules: { ...rules, policy } }).action
  const cancelled = [offer(6, 'cancelled')]

  test.each([
    ['exchange', 'tellCancelled'],
    ['latest', 'tellCancelled'],
    ['application', 'create'],
  ] as const)('and the application changed without knowing it, policy %s: %s', (policy, action) => {
    expect(edited(5, cancelled, policy)).toBe(action)
  })

  test('is made anew if the application knew', () => {
    expect(edited(6, cancelled)).toBe('create')
  })

  test('is made anew if the application knew, though it was told once more', () => {
    expect(edited(6, [...cancelled, offer(7, 'cancelled')])).toBe('create')
  })

  test('is made anew if the application had cancelled it itself by then', () => {
    const absent: Link = { ...link, written: { version: 1, basedOn: 5, fingerprints: {} } }
    expect(planned({ wanted: present(moved, 5), link: absent, offers: cancelled }).action).toBe('create')
    const heldAgain = [offer(5, 'created'), offer(6, 'cancelled')]
    const earlier = { ...absent, written: { ...absent.written, basedOn: 4 } }
    expect(planned({ wanted: present(moved, 5), link: earlier, offers: heldAgain }).action).toBe(
      'tellCancelled',
    )
  })

  test('is told again if it was hidden before it was deleted', () => {
    expect(edited(5, [offer(6, 'withdrawn')])).toBe('tellCancelled')
  })

  test('is told again if the application had made it anew before', () => {
    const anew: Link = {
      ...link,
      written: { ...link.written, basedOn: 6 },
      told: { revision: 7, holds: false },
    }
    const offers = [...cancelled, offer(7, 'cancelled')]
    expect(planned({ wanted: present(moved, 6), link: anew, offers }).action).toBe('tellCancelled')
  })
})

describe('what is wanted absent', () => {
  const cases: Record<string, [Partial<AppointmentRecord>, Partial<OutboundInput>, OutboundPlan]> = {
    'is settled if there is nothing': [{}, {}, { action: 'settle' }],
    'reads its item first': [{ link: linked }, {}, { action: 'read', item }],
    'deletes its item': [{ link: linked }, { finding: found() }, { action: 'delete', itemIds: ['I1'] }],
    'is settled if its item is gone': [{ link: linked }, { finding: gone }, { action: 'settle' }],
    'does not delete what is private by now': [
      { link: linked },
      { finding: { ...found(), isRefused: true } as Finding },
      { action: 'sleep' },
    ],
    'does not delete what sleeps': [{ link: { ...linked, asleep: 'private' } }, {}, { action: 'sleep' }],
    'looks for what an earlier attempt created': [{}, { earlier }, { action: 'findStamped' }],
    'deletes all that earlier attempts created': [
      {},
      { earlier, finding: stamped(1, 2) },
      { action: 'delete', itemIds: ['I1', 'I2'] },
    ],
    'is settled if earlier attempts created nothing': [
      {},
      { earlier, finding: stamped() },
      { action: 'settle' },
    ],
  }
  test.each(Object.entries(cases))('%s', (_name, [record, rest, plan]) => {
    expect(planned({ wanted: absent, ...record }, rest)).toEqual(plan)
  })

  test('nothing is wanted at all', () => {
    expect(planned({ link: linked })).toEqual({ action: 'settle' })
  })
})
