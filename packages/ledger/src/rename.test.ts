import { expect, test } from 'vitest'
import { aLedger, anItem, linkAt, present, T0, unlinkedAt } from './testing/a-ledger.ts'

const item = anItem('X')
const told = { ...linkAt(0, item), told: { revision: 1, holds: true } }

/** An appointment that was made in Exchange, and whose delivery is in flight. */
async function bornInExchange() {
  const ledger = await aLedger()
  await ledger.mark({ appointmentId: 'ex-1', item })
  return { ...ledger, attempt: await ledger.beginDelivery() }
}

test('a record moves to the id that the application gave it', async () => {
  const { attempt, tell, state, ledger, mailboxId } = await bornInExchange()
  expect(await tell(attempt, told, 'APP-1')).toBe('told')
  expect(await state('APP-1')).toMatchObject({
    state: 'settled',
    record: { appointmentId: 'APP-1', link: told },
  })

  const known = await ledger.lookUp(mailboxId, {
    itemIds: [item.itemId],
    uids: [item.uid!],
    appointmentIds: ['ex-1'],
  })
  expect([...known.byItemId.values()].map(({ appointmentId }) => appointmentId)).toEqual(['APP-1'])
  expect([...known.byUid.values()].map(({ appointmentId }) => appointmentId)).toEqual(['APP-1'])
  expect(known.byId.get('ex-1')?.appointmentId).toBe('APP-1')
})

test('who still holds the old id means the new one', async () => {
  const { attempt, tell, state, mark, accept, beginDelivery } = await bornInExchange()
  await tell(attempt, told, 'APP-1')
  await mark({ appointmentId: 'ex-1' })
  expect((await beginDelivery()).record.appointmentId).toBe('APP-1')
  expect(await accept(1, T0, 'ex-1')).toBe('accepted')
  expect(await state('ex-1')).toEqual(await state('APP-1'))
})

test('a page that was looked up under the old id is moved', async () => {
  const { attempt, tell, ledger, mailboxId } = await bornInExchange()
  await tell(attempt, told, 'APP-1')
  const marks = [{ appointmentId: 'ex-1', kind: 'look' } as const]
  const page = { before: undefined, after: 'c1', isLast: true, marks, nowMs: T0 }
  expect(await ledger.applyPage(mailboxId, page)).toBe('moved')
  expect((await ledger.mailboxState(mailboxId)).cursor).toBeUndefined()
})

test('a mark that came meanwhile moves along, due now', async () => {
  const { attempt, tell, mark, beginDelivery } = await bornInExchange()
  await mark({ appointmentId: 'ex-1' })
  await tell(attempt, told, 'APP-1')
  expect((await beginDelivery()).record).toMatchObject({ appointmentId: 'APP-1', link: told })
})

test('what the application already wants under the new id is written to the item', async () => {
  const { attempt, tell, accept, beginOne, begin } = await bornInExchange()
  await accept(1, T0, 'APP-1')
  await tell(attempt, told, 'APP-1')
  expect((await beginOne()).record).toMatchObject({
    appointmentId: 'APP-1',
    wanted: present(1),
    link: { item },
  })
  expect(await begin()).toEqual([])
})

test('what the application wants under the old id moves along', async () => {
  const { attempt, tell, accept, begin } = await bornInExchange()
  await accept(1, T0, 'ex-1')
  await tell(attempt, told, 'APP-1')
  const begun = await begin()
  expect(begun.map(({ record }) => record)).toMatchObject([{ appointmentId: 'APP-1', wanted: present(1) }])
})

test('an id under which something was written is not given away', async () => {
  const { attempt, tell, settled, state } = await bornInExchange()
  await settled(4, linkAt(4, anItem('other')), 'APP-1')
  expect(await tell(attempt, told, 'APP-1')).toBe('told')
  expect((await state('APP-1'))?.record.link).toEqual(linkAt(4, anItem('other')))
  expect((await state('ex-1'))?.record.link).toEqual(told)
})

test('a cancelled one is not brought back under a new id', async () => {
  const { attempt, tell, cancel, beginOne, settle, state } = await bornInExchange()
  await cancel(5)
  await settle(await beginOne(), unlinkedAt(5))
  await tell(attempt, told, 'A1')
  expect((await state('A1'))?.record.link.item).toBeUndefined()
})
