import { describe, expect, test } from 'vitest'
import type { OutboundInput } from './outbound-plan.ts'
import { planOutbound } from './plan-outbound.ts'
import type { CalendarKnowledge } from './rebuild.ts'
import { type AppointmentRecord, emptyLink, type LinkedItem } from './record.ts'
import { anAppointment, aRecord } from './testing/index.ts'
import type { Wanted } from './wanted.ts'

const nowMs = 1_000_000
const wanted = { kind: 'absent', version: 2, atMs: 900_000, reason: 'cancelled' } as const
const item: LinkedItem = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true, isPresumed: true }
const observed = { changeKey: 'K', lastModifiedMs: 0, fingerprints: {} as never }
const found = { kind: 'item', observed, isRefused: false } as const
const restored: CalendarKnowledge = {
  sinceMs: 0,
  ledgerSinceMs: 0,
  isListed: true,
  isCurrent: true,
  isRestored: true,
  resentUntilMs: nowMs,
  createsUnconfirmed: false,
}
const rules = { policy: 'exchange', lateCallMs: 120_000, nowMs } as const

describe('an item that was found by its stamp or UID after a loss, and is to go', () => {
  test.each([
    ['waits for the listing', { isListed: false }, 'awaitListing'],
    ['waits for others to tell of a loss', { isRestored: false, othersAwaitedMs: 5 }, 'awaitListing'],
    ['waits for the application to send everything', { resentUntilMs: nowMs + 1 }, 'awaitResend'],
    ['is compared with what looks the same', {}, 'findAlike'],
    ['goes where nothing was lost', { isRestored: false }, 'delete'],
  ] as const)('%s', (_, calendar, action) => {
    expect(planned({ calendar: { ...restored, ...calendar } }).action).toBe(action)
  })

  test.each([
    ['nothing else looks the same', { inCalendar: 0, elsewhere: 0 }, 'delete'],
    ['another one is there', { inCalendar: 1, elsewhere: 0 }, 'confirm'],
    ['another one was deleted', { inCalendar: 0, elsewhere: 1 }, 'confirm'],
  ])('%s', (_, alike, action) => {
    expect(planned({ finding: { ...found, alike } }).action).toBe(action)
  })

  test('is as it was decided, at once', () => {
    const calendar = { ...restored, resentUntilMs: nowMs + 1 }
    expect(planned({ calendar }, 'cancel').action).toBe('delete')
    expect(planned({ calendar }, 'drop')).toEqual({ action: 'handOver', item })
    expect(planned({ calendar: { ...restored, isRestored: false } }, 'drop').action).toBe('handOver')
  })

  test('goes without a question if it was made since', () => {
    const { isPresumed: _isPresumed, ...own } = item
    expect(planned({}, undefined, own).action).toBe('delete')
  })
})

describe('an id that may name the item of a copy', () => {
  const appointmentId = `ex-${'a'.repeat(22)}`
  const present: Wanted = { kind: 'present', version: 2, atMs: 900_000, appointment: anAppointment() }

  test.each([present, wanted])('is looked for before anything is asked or settled: $kind', (version) => {
    const planned = (id: string, calendar = restored) =>
      planOutbound({
        record: { ...aRecord({ wanted: version, link: emptyLink }), appointmentId: id },
        calendar,
        rules,
      })
    expect(planned(appointmentId).action).toBe('findNamed')
    expect(planned('APP-1').action).not.toBe('findNamed')
    expect(planned(appointmentId, { ...restored, isListed: false }).action).not.toBe('findNamed')
    expect(planned(appointmentId, { ...restored, isRestored: false }).action).not.toBe('findNamed')
  })
})

test('what is found of an earlier ledger is not deleted by its stamp alone, though a worker was killed meanwhile', () => {
  const record = aRecord({ wanted, link: emptyLink })
  const made = (attempt: string) => ({ itemId: 'I9', changeKey: 'K', version: 1, attempt })
  const earlier = { version: 1, attempt: 'T0', atMs: 890_000 }
  const planned = (
    attempt: string,
    calendar: CalendarKnowledge,
    rest: Partial<AppointmentRecord> = {},
    version = 1,
  ) =>
    planOutbound({
      record: { ...record, ...rest },
      earlier: { ...earlier, version },
      calendar,
      rules,
      finding: { kind: 'stamped', items: [made(attempt)] },
    }).action
  expect(planned('T0', restored)).toBe('delete')
  expect(planned('old', { ...restored, isListed: false })).toBe('awaitListing')
  // The attempt was the cancellation itself: the other direction links what is there.
  expect(planned('old', restored, {}, wanted.version)).toBe('awaitListing')
  expect(planned('old', restored)).toBe('confirm')
  expect(planned('old', restored, { decision: 'cancel' })).toBe('delete')
  expect(planned('old', restored, { decision: 'drop' })).toBe('settle')
  expect(planned('old', { ...restored, isRestored: false })).toBe('delete')
  expect(planned('old', restored, { bornAtMs: restored.sinceMs - 1 })).toBe('confirm')
  // Several of its attempts may have ended without an answer, and the newest alone is remembered.
  expect(planned('old', restored, { bornAtMs: restored.sinceMs })).toBe('delete')
})

function planned(rest: Partial<OutboundInput> = {}, decision?: 'cancel' | 'drop', linked: LinkedItem = item) {
  const link = { ...emptyLink, item: linked }
  const record = { ...aRecord({ wanted, link }), ...(decision && { decision }) }
  return planOutbound({ record, calendar: restored, rules, finding: found, ...rest })
}
