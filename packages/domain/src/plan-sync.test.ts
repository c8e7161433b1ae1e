import { describe, expect, test } from 'vitest'
import { fingerprintsOf } from './field.ts'
import { type Candidates, planSync, type SyncedItem, type SyncPlan } from './plan-sync.ts'
import { type AppointmentRecord, emptyLink, type Link } from './record.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const fingerprints = fingerprintsOf(anAppointment(), testDigest)
const linked: Link = {
  ...emptyLink,
  written: { ...emptyLink.written, version: 1 },
  item: { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true },
  attempt: 'T1',
  seen: { changeKey: 'K1', fingerprints },
}
const { item: _item, seen: _seen, ...goneLink } = linked
const intent = { version: 2, attempt: 'T2', atMs: 0 }
const head: SyncedItem = {
  itemId: 'I1',
  changeKey: 'K1',
  uid: 'U1',
  sensitivity: 'normal',
  isRecurring: false,
}

const recordOf = (changes: Partial<Link> = {}, rest: Partial<AppointmentRecord> = {}) =>
  aRecord({ link: { ...linked, ...changes }, ...rest })

type Summary = Pick<SyncPlan, 'action'> & Record<string, unknown>

function planned(item: Partial<SyncedItem>, candidates: Candidates): Summary {
  const { record: _record, ...summary } = planSync({ ...head, ...item }, candidates) as Summary
  return summary
}

describe('the item of an appointment', () => {
  type State = 'as it was seen' | 'not read back' | 'changed' | 'asleep' | 'being written'
  type Verdict = 'admitted' | 'private' | 'recurring'

  const states: Record<State, AppointmentRecord> = {
    'as it was seen': recordOf(),
    'not read back': recordOf({ seen: { changeKey: 'K1', fingerprints: { subject: 'subject|a' } } }),
    changed: recordOf({ seen: { changeKey: 'K0', fingerprints } }),
    asleep: recordOf({ asleep: 'private' }),
    'being written': recordOf({ seen: { changeKey: 'K0', fingerprints } }, { intent }),
  }
  const items: Record<Verdict, Partial<SyncedItem>> = {
    admitted: {},
    private: { sensitivity: 'private', isRecurring: true },
    recurring: { isRecurring: true },
  }
  const look: Summary = { action: 'look', later: false }
  const withdrawn: Record<Exclude<Verdict, 'admitted'>, Summary> = {
    private: { action: 'withdraw', reason: 'private' },
    recurring: { action: 'withdraw', reason: 'recurring' },
  }
  // The whole table. `Record` without `Partial`: a case that is missing does not compile.
  const plans: Record<State, Record<Verdict, Summary>> = {
    'as it was seen': { admitted: { action: 'nothing', reason: 'echo' }, ...withdrawn },
    'not read back': { admitted: look, ...withdrawn },
    changed: { admitted: look, ...withdrawn },
    asleep: { admitted: look, ...withdrawn, private: { action: 'nothing', reason: 'private' } },
    'being written': { admitted: { ...look, later: true }, ...withdrawn },
  }
  const cases = Object.entries(plans).flatMap(([state, byVerdict]) =>
    Object.entries(byVerdict).map(([verdict, plan]) => ({ state, verdict, plan })),
  )

  test.each(cases)('$state and $verdict: $plan.action', ({ state, verdict, plan }) => {
    expect(planned(items[verdict as Verdict], { byItemId: states[state as State] })).toEqual(plan)
  })
})

test('an item that was linked while it was looked up is no copy of itself', () => {
  const stamp = { appointmentId: 'A1', version: 1, attempt: 'T1' }
  const changed = recordOf({ seen: { changeKey: 'K0', fingerprints } })
  expect(planned({ stamp }, { byStamp: changed })).toEqual({ action: 'look', later: false })
  expect(planned({}, { byUid: changed })).toEqual({ action: 'look', later: false })
})

describe('an item that is not linked', () => {
  type Known = 'unknown' | 'gone' | 'linked elsewhere' | 'being written'
  type Mark =
    | 'nothing'
    | 'the stamp of its attempt'
    | 'the stamp of another attempt'
    | 'the stamp of an earlier item'
    | 'the uid'

  const earlierAttempts = ['T-1']
  const states: Record<Known, AppointmentRecord | undefined> = {
    unknown: undefined,
    gone: aRecord({ link: { ...goneLink, earlierAttempts } }),
    'linked elsewhere': recordOf({ earlierAttempts }),
    'being written': aRecord({ link: { ...goneLink, earlierAttempts }, intent }),
  }
  const stamp = { appointmentId: 'A1', version: 1, attempt: 'T1' }
  const born: Summary = { action: 'link', appointmentId: undefined, stamped: false }
  const ours: Summary = { action: 'link', appointmentId: 'A1', stamped: true }
  const back: Summary = { ...ours, stamped: false }
  const later: Summary = { action: 'look', later: true }
  // The whole table. `Record` without `Partial`: a case that is missing does not compile.
  const plans: Record<Known, Record<Mark, Summary>> = {
    unknown: {
      nothing: born,
      'the stamp of its attempt': ours,
      'the stamp of another attempt': ours,
      'the stamp of an earlier item': ours,
      'the uid': born,
    },
    gone: {
      nothing: born,
      'the stamp of its attempt': ours,
      'the stamp of another attempt': { action: 'fold' },
      'the stamp of an earlier item': ours,
      'the uid': back,
    },
    'linked elsewhere': {
      nothing: born,
      'the stamp of its attempt': { action: 'compare' },
      'the stamp of another attempt': { action: 'fold' },
      'the stamp of an earlier item': { action: 'fold' },
      'the uid': { action: 'compare' },
    },
    'being written': {
      nothing: born,
      'the stamp of its attempt': later,
      'the stamp of another attempt': later,
      'the stamp of an earlier item': later,
      'the uid': back,
    },
  }
  const attempts: Partial<Record<Mark, string>> = {
    'the stamp of another attempt': 'T0',
    'the stamp of an earlier item': 'T-1',
  }
  const cases = Object.entries(plans).flatMap(([known, byMark]) =>
    Object.entries(byMark).map(([mark, plan]) => ({ known, mark, plan })),
  )

  test.each(cases)('carries $mark, its appointment is $known: $plan.action', ({ known, mark, plan }) => {
    const record = states[known as Known]
    const isStamped = mark.startsWith('the stamp')
    const attempt = attempts[mark as Mark] ?? 'T1'
    const item = { itemId: 'I2', ...(isStamped && { stamp: { ...stamp, attempt } }) }
    const candidates: Candidates = {
      ...(record && isStamped && { byStamp: record }),
      ...(record && mark === 'the uid' && { byUid: record }),
    }
    expect(planned(item, candidates)).toEqual(plan)
  })

  test('is not touched if it is refused, whatever it carries', () => {
    const item = { itemId: 'I2', sensitivity: 'confidential', stamp: { ...stamp, attempt: 'T0' } } as const
    expect(planned(item, { byStamp: recordOf() })).toEqual({ action: 'nothing', reason: 'confidential' })
  })
})

test('a copy of an item that was cancelled and made anew is known by its UID', () => {
  const stamp = { appointmentId: 'A1', version: 1, attempt: 'T-1' }
  const byStamp = recordOf({ earlierAttempts: ['T-1'] })
  const gone = aRecord({ appointmentId: 'C1', link: goneLink })
  const back = { action: 'link', appointmentId: 'C1', stamped: false }
  expect(planned({ itemId: 'I2', stamp }, { byStamp, byUid: gone })).toEqual(back)
  expect(planned({ itemId: 'I2', stamp }, { byStamp, byUid: byStamp, byId: gone })).toEqual(back)
  const there = recordOf({}, { appointmentId: 'C1' })
  expect(planned({ itemId: 'I2', stamp }, { byStamp, byUid: there })).toEqual({ action: 'compare' })
  const late = { ...stamp, attempt: 'T0' }
  expect(planned({ itemId: 'I2', stamp: late }, { byStamp, byUid: gone })).toEqual({ action: 'fold' })
})

test('a second item is no late one while nobody knows which attempt made the first: it is compared', () => {
  const { attempt: _attempt, ...link } = recordOf().link
  const stamp = { appointmentId: 'A1', version: 1, attempt: 'T0' }
  expect(planned({ itemId: 'I2', stamp }, { byStamp: aRecord({ link }) })).toEqual({ action: 'compare' })
})

test('an item whose version the ledger never knew is no late one: the ledger is an older copy', () => {
  const stamp = { appointmentId: 'A1', version: 3, attempt: 'T3' }
  const item = { itemId: 'I2', stamp }
  const link = { action: 'link', appointmentId: 'A1', stamped: true }
  expect(planned(item, { byStamp: aRecord({ link: goneLink }) })).toEqual(link)
  expect(planned(item, { byStamp: recordOf() })).toEqual({ action: 'compare' })
  const wanted = { kind: 'present', version: 3, atMs: 0 } as const
  expect(planned(item, { byStamp: recordOf({}, { wanted }) })).toEqual({ action: 'fold' })
})

test('an item that comes back while a copy of it is there is the one that was gone', () => {
  const byUid = recordOf({}, { appointmentId: 'C1' })
  expect(planned({ itemId: 'I2' }, { byUid, byId: aRecord({ link: goneLink }) })).toEqual({
    action: 'compare',
    absent: 'A1',
  })
  expect(planned({ itemId: 'I2' }, { byUid, byId: byUid })).toEqual({ action: 'compare' })
})

test('an item that was moved to and fro at once may be of either, while a copy of it is there', () => {
  const byUid = recordOf({}, { appointmentId: 'C1' })
  const original = recordOf()
  expect(planned({ itemId: 'I2' }, { byUid, byId: original })).toEqual({ action: 'compare', original })
})

test('a copy that is made while its original is being written is compared, since it is reported once only', () => {
  const stamp = { appointmentId: 'A1', version: 1, attempt: 'T1' }
  expect(planned({ itemId: 'I2', stamp }, { byStamp: recordOf({}, { intent }) })).toEqual({
    action: 'compare',
  })
})

test('an item whose id as a copy is known belongs to that, whatever its stamp and UID say', () => {
  const byCopyId = { ...aRecord({ wanted: { kind: 'present', version: 1, atMs: 0 } }), appointmentId: 'C1' }
  const candidates = { byStamp: recordOf(), byUid: recordOf(), byCopyId }
  const item = { itemId: 'I2', stamp: { appointmentId: 'A1', version: 1, attempt: 'T1' } }
  expect(planned(item, candidates)).toEqual({ action: 'link', appointmentId: 'C1', stamped: false })
  const hidden = { action: 'hide', appointmentId: 'C1', stamped: false, reason: 'private' }
  expect(planned({ ...item, sensitivity: 'private' }, candidates)).toEqual(hidden)
  const linkedElsewhere = { ...byCopyId, link: linked }
  expect(planned(item, { byStamp: recordOf(), byCopyId: linkedElsewhere })).toEqual({ action: 'compare' })
})

test('beside an item that was found after a loss none is removed: it may be a copy of what an earlier ledger made', () => {
  const item = { itemId: 'I2', stamp: { appointmentId: 'A1', version: 1, attempt: 'T0' } }
  expect(planned(item, { byStamp: recordOf() })).toEqual({ action: 'fold' })
  const byStamp = recordOf({ item: { ...linked.item!, isPresumed: true } })
  expect(planned(item, { byStamp })).toEqual({ action: 'compare' })
})
