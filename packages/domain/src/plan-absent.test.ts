import { describe, expect, test } from 'vitest'
import type { Finding, OutboundInput, OutboundPlan } from './outbound-plan.ts'
import type { CalendarKnowledge } from './rebuild.ts'
import { type AppointmentRecord, emptyLink, type LinkedItem } from './record.ts'
import { absent, earlier, found, gone, item, linked, planned, rules, stamped } from './testing/outbound.ts'

const written = { version: 1, basedOn: 0, fingerprints: {} }
const made = { itemId: 'I9', changeKey: 'K', version: 1, attempt: 'T0' }
const finding = { kind: 'stamped', items: [made] } as const
/** Its changes were not followed for a while: an item may be there that nobody knows. */
const stale: CalendarKnowledge = {
  sinceMs: 0,
  ledgerSinceMs: 0,
  isListed: true,
  isCurrent: false,
  isRestored: false,
  createsUnconfirmed: false,
}

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
      { action: 'delete', itemIds: ['I2', 'I1'], attempt: 'T2' },
    ],
    'is not settled while an earlier attempt may still create something': [
      {},
      { earlier, finding: stamped() },
      { action: 'wait', untilMs: earlier.atMs + rules.lateCallMs },
    ],
    'is settled if earlier attempts created nothing': [
      {},
      { earlier, finding: stamped(), rules: { ...rules, lateCallMs: 1 } },
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

describe('what is wanted absent, of a calendar that is not known well', () => {
  test('is not settled before its stamp was looked for', () => {
    expect(plannedOf().action).toBe('findStamped')
    expect(plannedOf({ finding: { kind: 'stamped', items: [] } }).action).toBe('settle')
  })

  test('is not deleted by its stamp alone: the listing tells whose the item is', () => {
    expect(plannedOf({ finding }).action).toBe('awaitListing')
  })

  test('is deleted at once where an attempt of our own is of unknown outcome', () => {
    const earlier = { version: 1, attempt: 'T0', atMs: 890_000 }
    expect(plannedOf({ earlier, finding })).toEqual({ action: 'delete', itemIds: ['I9'], attempt: 'T0' })
  })

  test('is read if its item is known', () => {
    expect(plannedOf({}, item)).toEqual({ action: 'read', item })
  })
})

/** Of a calendar that is not known well. */
function plannedOf(rest: Partial<OutboundInput> = {}, linked?: LinkedItem) {
  const link = { ...emptyLink, written, ...(linked && { item: linked }) }
  return planned({ wanted: absent, link }, { calendar: stale, ...rest })
}
