import { describe, expect, test } from 'vitest'
import type { OutboundInput } from './outbound-plan.ts'
import { planOutbound } from './plan-outbound.ts'
import type { CalendarKnowledge } from './rebuild.ts'
import { emptyLink, type LinkedItem } from './record.ts'
import { aRecord } from './testing/index.ts'

const wanted = { kind: 'absent', version: 2, atMs: 900_000, reason: 'cancelled' } as const
const item: LinkedItem = { itemId: 'I1', uid: 'U1', role: 'organizer', stamped: true }
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

describe('what is wanted absent, of a calendar that is not known well', () => {
  test('is not settled before its stamp was looked for', () => {
    expect(planned().action).toBe('findStamped')
    expect(planned({ finding: { kind: 'stamped', items: [] } }).action).toBe('settle')
  })

  test('is not deleted by its stamp alone: the listing tells whose the item is', () => {
    expect(planned({ finding }).action).toBe('awaitListing')
  })

  test('is deleted at once where an attempt of our own is of unknown outcome', () => {
    const earlier = { version: 1, attempt: 'T0', atMs: 890_000 }
    expect(planned({ earlier, finding })).toEqual({ action: 'delete', itemIds: ['I9'] })
  })

  test('is read if its item is known', () => {
    expect(planned({}, item)).toEqual({ action: 'read', item })
  })
})

function planned(rest: Partial<OutboundInput> = {}, linked?: LinkedItem) {
  const link = { ...emptyLink, written, ...(linked && { item: linked }) }
  const rules = { policy: 'exchange', lateCallMs: 120_000, nowMs: 1_000_000 } as const
  return planOutbound({ record: aRecord({ wanted, link }), calendar: stale, rules, ...rest })
}
