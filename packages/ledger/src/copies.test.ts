import { expect, test } from 'vitest'
import { UNCONFIRMED } from './rebuilds.ts'
import { absent, aLedger, anItem, linkAt, present, T0 } from './testing/a-ledger.ts'

const item = { ...anItem('copy'), isPresumed: true as const }
const own = { ...anItem('copy'), stamped: false }

async function setUp() {
  const bed = await aLedger()
  const { ledger, mailboxId, mark } = bed
  await mark({ item })
  const handOver = (to = 'A2', handed = own) =>
    ledger.handOver(mailboxId, { from: 'A1', to, item: handed }, T0)
  const itemOf = async (id: string) => (await ledger.state(mailboxId, id))?.record.link.item
  return { ...bed, handOver, itemOf }
}

test('an item that is handed over is the other appointment’s, by its handle too, and no longer presumed', async () => {
  const { ledger, mailboxId, handOver, itemOf } = await setUp()
  expect(await ledger.presumedItems(mailboxId)).toEqual([{ appointmentId: 'A1', item }])
  expect(await handOver()).toBe(true)
  expect([await itemOf('A1'), await itemOf('A2')]).toEqual([undefined, own])
  const { byItemId } = await ledger.lookUp(mailboxId, { itemIds: [own.itemId] })
  expect(byItemId.get(own.itemId)?.appointmentId).toBe('A2')
  expect(await ledger.presumedItems(mailboxId)).toEqual([])
})

test('nothing is handed over that the one has no more, or to one that has another item', async () => {
  const { mark, handOver, itemOf } = await setUp()
  expect(await handOver('A2', { ...anItem('other'), stamped: false })).toBe(false)
  await mark({ appointmentId: 'A2', item: anItem('other') })
  expect(await handOver()).toBe(false)
  expect(await itemOf('A1')).toEqual(item)
})

test('no delivery of before takes an item off that was handed over since', async () => {
  const { mark, beginDelivery, tell, handOver, itemOf, state } = await setUp()
  await mark({ appointmentId: 'A1', item })
  const former = await beginDelivery()
  expect(await handOver()).toBe(true)
  expect(await tell(former, linkAt(1))).toBe('moved')
  expect((await state())!.record.link.item).toBeUndefined()
  expect(await itemOf('A2')).toEqual(own)
})

test('what of both is unconfirmed goes on', async () => {
  const { ledger, mailboxId, handOver, beginOne, state } = await setUp()
  await ledger.accept(mailboxId, 'A1', absent(2), T0)
  const parked = { kind: 'parked', code: UNCONFIRMED } as const
  await ledger.commitOutbound(mailboxId, await beginOne(), parked, T0)
  await ledger.accept(mailboxId, 'A2', present(1), T0)
  await ledger.commitOutbound(mailboxId, await beginOne(), parked, T0)
  expect(await handOver()).toBe(true)
  expect(await state()).toMatchObject({ state: 'pending', outbound: { dueMs: T0 } })
  expect(await ledger.state(mailboxId, 'A2')).toMatchObject({ state: 'pending', outbound: { dueMs: T0 } })
})

test('a cancellation whose item is not known is listed until it is decided', async () => {
  const { ledger, mailboxId, beginOne } = await setUp()
  const question = { appointmentId: 'A2', asks: 'cancel', version: 2, madeAtMs: T0, sinceMs: T0 }
  await ledger.accept(mailboxId, 'A2', absent(2), T0)
  await ledger.commitOutbound(mailboxId, await beginOne(), { kind: 'parked', code: UNCONFIRMED }, T0)
  await ledger.noteUnconfirmed(mailboxId, 'A2', T0)
  expect(await ledger.unconfirmed(mailboxId, 10)).toEqual([question])
  expect(await ledger.decide(mailboxId, 'A2', 'cancel', T0)).toBe(true)
  expect(await ledger.unconfirmed(mailboxId, 10)).toEqual([])
  expect((await beginOne()).record).toMatchObject({ decision: 'cancel' })
})
