import { expect, test } from 'vitest'
import { aLedger, anItem, T0 } from './testing/a-ledger.ts'

async function setUp() {
  const bed = await aLedger()
  const { ledger, mailboxId, accept, begin, mark, beginDeliveries } = bed
  return {
    ...bed,
    /** Accepts these and parks them with the code. */
    async park(code: string, ...ids: string[]) {
      for (const id of ids) await accept(1, T0, id)
      for (const attempt of await begin())
        await ledger.commitOutbound(mailboxId, attempt, { kind: 'parked', code }, T0)
    },
    async parkDelivery(appointmentId: string) {
      await mark({ appointmentId, item: anItem(appointmentId) })
      for (const attempt of await beginDeliveries()) await ledger.parkDelivery(mailboxId, attempt, '410', T0)
    },
    health: async () => (await ledger.health())[0]!,
  }
}

test('a mailbox in which nothing was done yet was never current, and holds nothing that stands still', async () => {
  const { health, mailboxId } = await setUp()
  expect(await health()).toEqual({
    mailbox: expect.objectContaining({ id: mailboxId }),
    isFollowed: true,
    parked: { outbound: 0, inbound: 0 },
    unconfirmed: 0,
  })
})

test('counts what is parked by what has to be done about it; what a user hid is not', async () => {
  const { park, parkDelivery, health } = await setUp()
  await park('ErrorItemSave', 'A1', 'A2')
  await park('UNCONFIRMED', 'A3')
  await park('ASLEEP', 'A4')
  await parkDelivery('A5')
  expect(await health()).toMatchObject({ parked: { outbound: 2, inbound: 1 }, unconfirmed: 1 })
})

test('what is replayed, replaced, decided or has another id is counted as what it is now', async () => {
  const { park, parkDelivery, health, accept, ledger, mailboxId, redis, prefix } = await setUp()
  await park('ErrorItemSave', 'A1', 'A2')
  await park('UNCONFIRMED', 'A3')
  await parkDelivery('ex-5')
  await ledger.replay(mailboxId, 'A1', T0)
  await accept(2, T0, 'A2')
  await ledger.decide(mailboxId, 'A3', 'create', T0)
  await ledger.alias(mailboxId, 'ex-5', 'CRM-5')
  await health()
  expect(await health()).toMatchObject({ parked: { outbound: 0, inbound: 1 }, unconfirmed: 0 })
  const [listed] = await redis.keys(`${prefix}:*:p:${mailboxId}`)
  expect(await redis.zrange(listed!, '0', '-1')).toEqual(['CRM-5'])
})

test('more than fit into one question are counted', async () => {
  const { park, health } = await setUp()
  for (let from = 0; from < 300; from += 10)
    await park('ErrorItemSave', ...Array.from({ length: 10 }, (_, n) => `A${from + n}`))
  expect(await health()).toMatchObject({ parked: { outbound: 300 } })
})

test('a mailbox is current at the end of its changes, and is not followed while that is switched off', async () => {
  const { ledger, mailboxId, health } = await setUp()
  const page = { before: undefined, after: 'c1', isLast: true, marks: [], nowMs: T0 }
  await ledger.applyPage(mailboxId, page)
  expect(await health()).toMatchObject({ currentAtMs: T0, isFollowed: true })
  await ledger.changeSettings(mailboxId, { inbound: 'off' }, { by: 'test', nowMs: T0 })
  expect(await health()).toMatchObject({ isFollowed: false })
  await ledger.changeSettings(mailboxId, { inbound: null }, { by: 'test', nowMs: T0 })
  await ledger.changeSettings(undefined, { inbound: 'off' }, { by: 'test', nowMs: T0 })
  expect(await health()).toMatchObject({ isFollowed: false })
})
