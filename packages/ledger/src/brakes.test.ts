import type { BrakeRules } from '@lockstep/domain'
import { describe, expect, test } from 'vitest'
import type { BrakedWork } from './brakes.ts'
import { aLedger, anItem, linkAt, T0, unlinkedAt } from './testing/a-ledger.ts'

const windowMs = 600_000
const never: BrakeRules = { deletions: 1_000, percent: 100, windowMs }
/** Brakes at once, and so tells what was counted. */
const always: BrakeRules = { deletions: 0.5, percent: 100, windowMs }

async function setUp() {
  const set = await aLedger()
  const { ledger, mailboxId } = set
  const count = (work: BrakedWork, nowMs: number, appointmentIds: string[], rules = never) =>
    ledger.countDeletions(work, mailboxId, { appointmentIds, nowMs, rules })
  const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `B${from + n}`)
  return { ...set, count, ids }
}

describe('counting deletions', () => {
  test('an appointment counts once, and no longer than the window', async () => {
    const { count } = await setUp()
    await count('outbound', T0, ['A', 'B'])
    await count('outbound', T0 + 1, ['B', 'C'])
    expect(await count('outbound', T0 + windowMs, ['D'], always)).toMatchObject({ deleted: 3 })
  })

  test('the directions are counted apart', async () => {
    const { count } = await setUp()
    await count('outbound', T0, ['A'])
    expect(await count('deliveries', T0, ['B'], always)).toMatchObject({ deleted: 1 })
  })

  test('what the mailbox holds is what is linked to an item, and what was deleted of it', async () => {
    const { count, settled, accept, beginOne, settle, tell, mark, beginDelivery } = await setUp()
    for (const id of ['A1', 'A2', 'A3']) await settled(1, linkAt(1, anItem(id)), id)
    await accept(2)
    await settle(await beginOne(), linkAt(2, anItem('other')))
    await accept(2, T0, 'A2')
    await settle(await beginOne(), unlinkedAt(2))
    await mark({ appointmentId: 'A3' })
    await tell(await beginDelivery(), linkAt(1, anItem('A3')), 'own-id')
    expect(await count('deliveries', T0, ['A1'], always)).toMatchObject({ deleted: 1, held: 2 })
  })
})

describe('a brake', () => {
  test('is put on by the deletion that is one too many', async () => {
    const { count, ids, ledger, mailboxId } = await setUp()
    const rules = { ...never, deletions: 5 }
    expect(await count('outbound', T0, ids(0, 5), rules)).toBeUndefined()
    const brake = { reason: 'deletions', deleted: 6, held: 5, atMs: T0 + 1 }
    expect(await count('outbound', T0 + 1, ids(5, 6), rules)).toEqual(brake)
    expect(await ledger.brakeOf('outbound', mailboxId)).toEqual(brake)
  })

  test('stops its direction of its mailbox, and loses nothing', async () => {
    const { count, ledger, mailboxId, accept, begin, mark, beginDeliveries } = await setUp()
    await count('outbound', T0, ['A'], always)
    await accept(1)
    await mark()
    expect(await begin()).toEqual([])
    expect(await beginDeliveries()).toHaveLength(1)
    expect(await ledger.rest('outbound', mailboxId, T0)).toBe('none')
    expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([])

    expect(await ledger.release('outbound', mailboxId, T0)).toBe(true)
    expect(await ledger.brakeOf('outbound', mailboxId)).toBeUndefined()
    expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([mailboxId])
    expect(await begin()).toHaveLength(1)
  })

  test('keeps the reason for which it was put on', async () => {
    const { count, ids, ledger, mailboxId } = await setUp()
    const brake = await count('deliveries', T0, ['A'], always)
    await count('deliveries', T0 + 1, ids(0, 50), always)
    expect(await ledger.brakeOf('deliveries', mailboxId)).toEqual(brake)
  })

  test('that is released counts nothing for a window, and then starts anew', async () => {
    const { count, ids, ledger, mailboxId } = await setUp()
    expect(await ledger.release('outbound', mailboxId, T0)).toBe(false)
    await count('outbound', T0, ids(0, 30), always)
    await ledger.release('outbound', mailboxId, T0)
    expect(await count('outbound', T0 + windowMs - 1, ids(0, 30), always)).toBeUndefined()
    expect(await count('outbound', T0 + windowMs, ['C'], always)).toMatchObject({ deleted: 1 })
  })
})
