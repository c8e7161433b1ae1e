import { describe, expect, test } from 'vitest'
import { aLedger, linkAt, T0 } from './testing/a-ledger.ts'

const LATER = T0 + 60_000

describe('a delivery that fails', () => {
  test.each([true, false])('is due again; costs an attempt: %s', async (costsAttempt) => {
    const { mark, beginDelivery, beginDeliveries, ledger, mailboxId, state } = await aLedger()
    await mark()
    await ledger.postponeDelivery(mailboxId, await beginDelivery(), LATER, { code: '500', costsAttempt })
    const attempts = costsAttempt ? 1 : 0
    expect((await state())?.inbound).toEqual({ attempts, dueMs: LATER, code: '500' })
    expect(await beginDeliveries(LATER - 1)).toEqual([])
    expect(await beginDeliveries(LATER)).toMatchObject([{ attempts: attempts + 1 }])
  })

  test('takes nothing from a later one', async () => {
    const { mark, beginDelivery, beginDeliveries, ledger, mailboxId, state } = await aLedger()
    await mark()
    const slow = await beginDelivery()
    await beginDelivery(LATER)
    await ledger.postponeDelivery(mailboxId, slow, T0, { costsAttempt: false, code: 'late' })
    await ledger.parkDelivery(mailboxId, slow, 'late', T0)
    expect(await beginDeliveries(LATER)).toEqual([])
    expect((await state())?.inbound).toEqual({ attempts: 2, dueMs: LATER + 30_000 })
  })

  test('is due once the version that it waits for is settled', async () => {
    const { settled, accept, mark, begin, settle, beginDelivery, beginDeliveries, ledger, mailboxId } =
      await aLedger()
    await settled(1)
    await mark()
    const awaiting = { costsAttempt: false, awaitVersion: 3 }
    await ledger.postponeDelivery(mailboxId, await beginDelivery(), LATER, awaiting)
    for (const version of [2, 3]) {
      await accept(version)
      expect(await beginDeliveries()).toEqual([])
      for (const attempt of await begin()) await settle(attempt, linkAt(version))
    }
    expect(await beginDeliveries()).toMatchObject([{ record: { link: linkAt(3) } }])
  })

  test('waits no longer than it was told to', async () => {
    const { mark, beginDelivery, beginDeliveries, ledger, mailboxId } = await aLedger()
    await mark()
    const awaiting = { costsAttempt: false, awaitVersion: 3 }
    await ledger.postponeDelivery(mailboxId, await beginDelivery(), LATER, awaiting)
    expect(await beginDeliveries(LATER)).toHaveLength(1)
  })

  test('for good is parked until it is replayed', async () => {
    const { mark, beginDelivery, beginDeliveries, ledger, mailboxId, state } = await aLedger()
    await mark()
    await ledger.parkDelivery(mailboxId, await beginDelivery(), '400', T0 + 1)
    expect(await state()).toMatchObject({ state: 'parked', inbound: { code: '400', parkedAtMs: T0 + 1 } })
    expect(await beginDeliveries(LATER)).toEqual([])
    expect(await ledger.replay(mailboxId, 'A1', LATER)).toBe(true)
    expect(await beginDeliveries(LATER)).toMatchObject([{ attempts: 1 }])
  })

  test('for good is tried again when the item changes, also if that was meanwhile', async () => {
    const { mark, beginDelivery, ledger, mailboxId } = await aLedger()
    await mark()
    const attempt = await beginDelivery()
    await mark()
    await ledger.parkDelivery(mailboxId, attempt, '400', T0)
    await ledger.parkDelivery(mailboxId, await beginDelivery(), '400', T0)
    await mark()
    expect(await beginDelivery()).toMatchObject({ mark: { serial: 3 } })
  })
})
