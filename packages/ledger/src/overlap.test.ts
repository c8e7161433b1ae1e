import { describe, expect, test } from 'vitest'
import { aLedger, anItem, linkAt, present, T0 } from './testing/a-ledger.ts'

const LEASE_END = T0 + 30_000

describe('two attempts at the same appointment', () => {
  async function twoAttempts() {
    const ledger = await aLedger()
    await ledger.accept(1)
    const slow = await ledger.beginOne()
    const quick = await ledger.beginOne(LEASE_END)
    return { ...ledger, slow, quick }
  }

  test.each(['slow first', 'quick first'])('both learn it, and it is looked at again: %s', async (order) => {
    const { slow, quick, settle, begin, beginOne, state } = await twoAttempts()
    const [first, second] = order === 'slow first' ? [slow, quick] : [quick, slow]
    const results = [await settle(first, linkAt(1), LEASE_END), await settle(second, linkAt(1), LEASE_END)]
    expect(results).toEqual(
      order === 'slow first' ? ['overlapped', 'overlapped'] : ['committed', 'overlapped'],
    )

    const again = await beginOne(LEASE_END)
    expect(again.earlier).toEqual(second.record.intent)
    expect(await settle(again, linkAt(1), LEASE_END)).toBe('committed')
    expect(await begin(LEASE_END * 2)).toEqual([])
    expect((await state())?.state).toBe('settled')
  })

  test('only the newer one may write, and its lease is counted from then', async () => {
    const { slow, quick, settle, ledger, mailboxId, begin, state } = await twoAttempts()
    const nowMs = LEASE_END + 20_000
    const lease = { nowMs, leaseMs: 30_000 }
    const renewed = await ledger.renewOutbound(mailboxId, [slow, quick], lease)
    expect(renewed.map((attempt) => attempt?.record.intent)).toEqual([
      undefined,
      { ...quick.record.intent, atMs: nowMs },
    ])
    expect(await begin(LEASE_END + 30_000)).toEqual([])
    expect((await state())?.outbound).toMatchObject({ dueMs: nowMs + 30_000 })
    expect(await settle(renewed[1]!, linkAt(1), nowMs)).toBe('committed')
  })

  test('a late commit does not take away what is in flight', async () => {
    const { slow, settle, begin, state } = await twoAttempts()
    expect(await settle(slow, linkAt(1), LEASE_END)).toBe('overlapped')
    expect(await begin(LEASE_END)).toEqual([])
    expect((await state())?.outbound).toMatchObject({ dueMs: LEASE_END + 30_000 })
    expect(await begin(LEASE_END + 30_000)).toHaveLength(1)
  })

  test('one that did nothing takes nothing from the other', async () => {
    const { slow, quick, settle, ledger, mailboxId } = await twoAttempts()
    const postponed = { kind: 'postponed', dueMs: T0 } as const
    expect(await ledger.commitOutbound(mailboxId, slow, postponed, LEASE_END)).toBe('overlapped')
    expect(await settle(quick, linkAt(1))).toBe('committed')
  })

  test('an item that is found while one is being created is not lost: the other is looked for', async () => {
    const { accept, beginOne, mark, settle, state } = await aLedger()
    await accept(1)
    const creating = await beginOne()
    await mark({ item: anItem('back') })
    expect(await settle(creating, linkAt(1, anItem('created')))).toBe('overlapped')
    expect((await beginOne()).earlier).toEqual(creating.record.intent)
    expect((await state())?.record.link.item).toEqual(anItem('back'))
  })

  test('a newer version while both are in flight is written in the end', async () => {
    const { slow, quick, settle, accept, beginOne } = await twoAttempts()
    await accept(2)
    await settle(quick, linkAt(1), LEASE_END)
    await settle(slow, linkAt(1, anItem('other')), LEASE_END)
    const last = await beginOne(LEASE_END)
    expect(last.record.wanted).toEqual(present(2))
    expect(await settle(last, linkAt(2))).toBe('committed')
  })
})
