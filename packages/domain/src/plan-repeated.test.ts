import { describe, expect, test } from 'vitest'
import { fingerprintsOf } from './field.ts'
import type { Finding, OutboundPlan } from './outbound-plan.ts'
import { planOutbound } from './plan-outbound.ts'
import type { CalendarKnowledge } from './rebuild.ts'
import { type AppointmentRecord, emptyLink, type Link } from './record.ts'
import { anAppointment, aRecord, testDigest } from './testing/index.ts'

const appointment = anAppointment()
const fingerprints = fingerprintsOf(appointment, testDigest)
const wanted = { kind: 'present', version: 2, basedOn: 0, atMs: 900_000, appointment } as const
const written = { version: 1, basedOn: 0, fingerprints }
const wasLinked: Link = { ...emptyLink, written, attempt: 'linked' }

const restored: CalendarKnowledge = {
  ledgerSinceMs: 0,
  sinceMs: 800_000,
  isListed: true,
  isCurrent: true,
  isRestored: true,
  createsUnconfirmed: false,
}

function planned(
  record: Partial<AppointmentRecord>,
  finding: Finding,
  calendar?: CalendarKnowledge,
): OutboundPlan {
  return planOutbound({
    record: aRecord({ wanted, ...record }),
    rules: { policy: 'exchange', lateCallMs: 120_000, nowMs: 1_000_000 },
    fingerprints,
    earlier: { version: 2, attempt: 'lost', atMs: 950_000 },
    finding,
    ...(calendar && { calendar }),
  })
}

describe('a creation that is about to be repeated', () => {
  test('is looked for in the whole mailbox if the calendar holds nothing of it', () => {
    expect(planned({}, { kind: 'stamped', items: [] }).action).toBe('findElsewhere')
  })

  const item = (attempt: string, version: number) => ({
    itemId: attempt,
    changeKey: 'K',
    version,
    attempt,
  })

  test('takes what it made; what is left of an earlier item is not removed', () => {
    const link: Link = { ...wasLinked, earlierAttempts: ['before'] }
    const items = [item('before', 1), item('linked', 1), item('lost', 2), item('late', 2)]
    expect(planned({ link }, { kind: 'stamped', items })).toEqual({
      action: 'adopt',
      found: items[2],
      extra: [items[3]],
    })
  })

  test.each([
    ['is asked about', restored, 'confirm'],
    ['waits for the listing', { ...restored, isListed: false }, 'awaitListing'],
  ])('%s if the attempt may have ended in doubt, before it wrote anything', (_, calendar, action) => {
    expect(planned({}, { kind: 'stamped', items: [], elsewhere: [] }, calendar).action).toBe(action)
    const decided = { decision: 'create' } as const
    const listed = { ...calendar, isListed: true }
    expect(planned(decided, { kind: 'stamped', items: [], elsewhere: [] }, listed).action).toBe('create')
    expect(planned({}, { kind: 'stamped', items: [item('lost', 2)] }, calendar).action).toBe('adopt')
  })

  test('takes what was restored, if it made nothing', () => {
    const items = [item('linked', 1)]
    expect(planned({ link: wasLinked }, { kind: 'stamped', items })).toMatchObject({ found: items[0] })
  })

  test('is cancelled without a trace; what is left of an earlier item is not removed', () => {
    const link: Link = { ...wasLinked, earlierAttempts: ['before'] }
    const items = [item('before', 1), item('linked', 1), item('lost', 2)]
    const absent = { kind: 'absent', version: 3, reason: 'cancelled', atMs: 0 } as const
    expect(planned({ link, wanted: absent }, { kind: 'stamped', items })).toEqual({
      action: 'delete',
      itemIds: ['lost'],
      attempt: 'lost',
    })
  })

  const landed: Record<string, [Partial<AppointmentRecord>, version: number, attempt: string]> = {
    'made by the attempt of which nothing was heard': [{ link: emptyLink }, 2, 'lost'],
    'made by an attempt before that': [{ link: emptyLink }, 1, 'older'],
    'made once somebody had decided so': [{ link: emptyLink, decision: 'create' }, 2, 'lost'],
  }
  test.each(Object.entries(landed))(
    'is taken for one that landed and was taken out of the calendar: %s',
    (_name, [record, version, attempt]) => {
      const item = { itemId: 'D', changeKey: 'K', version, attempt }
      expect(planned(record, { kind: 'stamped', items: [], elsewhere: [item] })).toEqual({
        action: 'adopt',
        found: item,
        extra: [],
      })
    },
  )

  const earlierLives: typeof landed = {
    'of a version that is known to be written': [{ link: wasLinked }, 1, 'older'],
    'that was linked': [{ link: wasLinked }, 2, 'linked'],
    'that was linked before that': [{ link: { ...wasLinked, earlierAttempts: ['a'] } }, 2, 'a'],
    'in spite of which somebody decided to create it': [{ link: emptyLink, decision: 'create' }, 1, 'older'],
  }
  test.each(Object.entries(earlierLives))(
    'is repeated whatever lies elsewhere of an earlier life: %s',
    (_name, [record, version, attempt]) => {
      const item = { itemId: 'D', changeKey: 'K', version, attempt }
      expect(planned(record, { kind: 'stamped', items: [], elsewhere: [item] }).action).toBe('create')
    },
  )
})
