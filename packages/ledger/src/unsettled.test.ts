import { describe, expect, test } from 'vitest'
import { aLedger, present, T0, unlinkedAt } from './testing/a-ledger.ts'

const LEASE_END = T0 + 30_000

describe('not settling', () => {
  const at = T0 + 60_000

  test('postponed costs no attempt and closes the intent', async () => {
    const { accept, begin, beginOne, ledger, mailboxId, state } = await aLedger()
    await accept(1)
    await ledger.commitOutbound(mailboxId, await beginOne(), { kind: 'postponed', dueMs: at }, T0)
    expect((await state())?.outbound).toEqual({ attempts: 0, dueMs: at })
    expect(await begin(at - 1)).toEqual([])
    const next = await beginOne(at)
    expect(next).toMatchObject({ attempts: 1, epoch: 2 })
    expect(next.earlier).toBeUndefined()
  })

  test('postponed leaves what was unknown before unknown', async () => {
    const { accept, beginOne, ledger, mailboxId } = await aLedger()
    await accept(1)
    const crashed = await beginOne()
    await ledger.commitOutbound(mailboxId, await beginOne(LEASE_END), { kind: 'postponed', dueMs: at }, T0)
    expect((await beginOne(at)).earlier).toEqual(crashed.record.intent)
  })

  test('failed with all effects moot leaves nothing unknown, and deliveries wait for nothing', async () => {
    const { accept, beginOne, mark, beginDelivery, tell, ledger, mailboxId } = await aLedger()
    await accept(1)
    await beginOne()
    const failure = { kind: 'failed', code: 'X', dueMs: at, effect: 'moot', costsAttempt: false } as const
    await mark()
    await ledger.commitOutbound(mailboxId, await beginOne(LEASE_END), failure, T0)
    expect(await tell(await beginDelivery(LEASE_END), unlinkedAt(0))).toBe('told')
    expect((await beginOne(at)).earlier).toBeUndefined()
  })

  test.each([
    { effect: 'none', costsAttempt: true, attempts: 2, isOpen: false },
    { effect: 'unknown', costsAttempt: true, attempts: 2, isOpen: true },
    { effect: 'unknown', costsAttempt: false, attempts: 1, isOpen: true },
  ] as const)('failed with effect $effect, cost $costsAttempt', async ({ attempts, isOpen, ...failure }) => {
    const { accept, beginOne, ledger, mailboxId, state } = await aLedger()
    await accept(1)
    const attempt = await beginOne()
    await ledger.commitOutbound(mailboxId, attempt, { kind: 'failed', code: 'X', dueMs: at, ...failure }, T0)
    expect((await state())?.outbound).toEqual({ attempts: attempts - 1, dueMs: at, code: 'X' })
    const next = await beginOne(at)
    expect(next.attempts).toBe(attempts)
    expect(next.earlier).toEqual(isOpen ? attempt.record.intent : undefined)
  })

  test('a newer version does not wait for the failure of the one before', async () => {
    const { accept, beginOne, ledger, mailboxId } = await aLedger()
    await accept(1)
    const attempt = await beginOne()
    await accept(2)
    await ledger.commitOutbound(mailboxId, attempt, { kind: 'parked', code: 'X' }, T0)
    expect(await beginOne(T0)).toMatchObject({ attempts: 1, record: { wanted: { version: 2 } } })
  })

  test('parked waits for a replay', async () => {
    const { accept, begin, beginOne, ledger, mailboxId, state } = await aLedger()
    await accept(1)
    await ledger.commitOutbound(mailboxId, await beginOne(), { kind: 'parked', code: 'X' }, T0 + 3)
    expect(await state()).toMatchObject({ state: 'parked', outbound: { code: 'X', parkedAtMs: T0 + 3 } })
    expect(await begin(at)).toEqual([])
    expect(await ledger.rest('outbound', mailboxId, at)).toBe('none')

    expect(await ledger.replay(mailboxId, 'A1', at)).toBe(true)
    expect(await ledger.dueMailboxes('outbound', at, 10)).toEqual([mailboxId])
    expect(await beginOne(at)).toMatchObject({ attempts: 1, record: { wanted: present(1) } })
    expect(await ledger.replay(mailboxId, 'A1', at)).toBe(false)
  })

  test('parked ends with a newer version', async () => {
    const { accept, beginOne, ledger, mailboxId, state } = await aLedger()
    await accept(1)
    await ledger.commitOutbound(mailboxId, await beginOne(), { kind: 'parked', code: 'X' }, T0)
    await accept(2, at)
    expect(await state()).toMatchObject({ state: 'pending', outbound: { attempts: 0, dueMs: at } })
  })
})
