import { describe, expect, test } from 'vitest'
import type { Finding, OutboundInput, OutboundPlan } from './outbound-plan.ts'
import { type AppointmentRecord, emptyLink } from './record.ts'
import {
  absent,
  earlier,
  found,
  gone,
  item,
  linked,
  notElsewhere,
  offer,
  planned,
  present,
  printsOf,
  rules,
  stamped,
  stampedItem,
  unlinked,
  withoutContent,
} from './testing/outbound.ts'

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
        { link: linked, wanted: withoutContent },
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
