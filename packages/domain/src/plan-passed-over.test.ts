import { describe, expect, test } from 'vitest'
import { planOutbound } from './plan-outbound.ts'
import type { CalendarKnowledge } from './rebuild.ts'
import { type AppointmentRecord, emptyLink } from './record.ts'
import { anAppointment, aRecord } from './testing/index.ts'

const head = { version: 2, atMs: 900_000 } as const
const present = { ...head, kind: 'present', appointment: anAppointment() } as const
const absent = { ...head, kind: 'absent', reason: 'cancelled' } as const
const calendar: CalendarKnowledge = {
  sinceMs: 0,
  ledgerSinceMs: 0,
  isListed: true,
  isCurrent: true,
  isRestored: false,
  createsUnconfirmed: false,
}
const listing = { startedAtMs: 7, finishedAtMs: 8 }

describe.each([present, absent])('an appointment from Exchange that is wanted $kind', (wanted) => {
  test.each([
    ['the newest listing, under way or not', { ...calendar, listing }, {}, 7],
    ['the one that was the newest at first', { ...calendar, listing }, { passedOverMs: 7 }, 7],
    ['nothing, if none began', { ...calendar, isListed: false }, {}, 0],
  ])('awaits a listing that is later than %s', (_, knowledge, changes, passedOverMs) => {
    expect(planned(changes, knowledge)).toEqual({ action: 'awaitListing', awaitedMs: 0, passedOverMs })
  })

  test('sleeps, and is not even read, from the moment that its item is known to be hidden', () => {
    const item = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: false } as const
    expect(planned({ link: { ...emptyLink, item }, hiding: 'private' })).toEqual({ action: 'sleep' })
  })

  function planned(changes: Partial<AppointmentRecord>, knowledge: CalendarKnowledge = calendar) {
    const record = aRecord({ appointmentId: `ex-${'a'.repeat(22)}`, wanted, ...changes })
    const rules = { policy: 'exchange', lateCallMs: 120_000, nowMs: 1_000_000 } as const
    return planOutbound({ record, calendar: knowledge, rules })
  }
})
