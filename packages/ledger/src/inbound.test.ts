import { describe, expect, test } from 'vitest'
import type { Mark } from './ledger.ts'
import { aLedger, anItem, linkAt, T0, unlinkedAt } from './testing/a-ledger.ts'

const page = { before: undefined, after: 'c1', isLast: true, marks: [] as Mark[], nowMs: T0 }
const look = (appointmentId: string): Mark => ({ appointmentId, kind: 'look', item: anItem(appointmentId) })

describe('a page', () => {
  test('stores cursor, marks and links in one step', async () => {
    const { ledger, mailboxId, beginDeliveries } = await aLedger()
    const marks = Array.from({ length: 512 }, (_, n) => look(`ex-${n}`))
    expect(await ledger.applyPage(mailboxId, { ...page, marks })).toBe('applied')
    expect(await ledger.mailboxState(mailboxId)).toEqual({ cursor: 'c1', currentAtMs: T0 })
    expect(await ledger.dueMailboxes('deliveries', T0, 10)).toEqual([mailboxId])
    expect(await beginDeliveries()).toHaveLength(10)

    const itemIds = marks.map(({ item }) => item!.itemId)
    const known = await ledger.lookUp(mailboxId, { itemIds })
    expect([...known.byItemId.keys()]).toEqual(itemIds)
  })

  test('is taken only where the cursor is', async () => {
    const { ledger, mailboxId, beginDeliveries } = await aLedger()
    await ledger.applyPage(mailboxId, page)
    expect(await ledger.applyPage(mailboxId, { ...page, after: 'c2', marks: [look('A1')] })).toBe('moved')
    expect(await ledger.applyPage(mailboxId, { ...page, before: 'c0', marks: [look('A1')] })).toBe('moved')
    expect((await ledger.mailboxState(mailboxId)).cursor).toBe('c1')
    expect(await beginDeliveries()).toEqual([])
    expect((await ledger.lookUp(mailboxId, { itemIds: ['item-A1'] })).byItemId.size).toBe(0)

    const next = { ...page, before: 'c1', after: 'c2', isLast: false, nowMs: T0 + 9 }
    expect(await ledger.applyPage(mailboxId, next)).toBe('applied')
    expect(await ledger.mailboxState(mailboxId)).toEqual({ cursor: 'c2', currentAtMs: T0 })
  })

  test('of a cursor that was dropped is moved', async () => {
    const { ledger, mailboxId } = await aLedger()
    await ledger.applyPage(mailboxId, page)
    await ledger.startListing(mailboxId, 'cursorLost', T0)
    expect(await ledger.applyPage(mailboxId, { ...page, before: 'c1', after: 'c2' })).toBe('moved')
    expect(await ledger.mailboxState(mailboxId)).toMatchObject({ currentAtMs: T0 })
    expect(await ledger.mailboxState(mailboxId)).not.toHaveProperty('cursor')
    expect(await ledger.applyPage(mailboxId, page)).toBe('applied')
  })

  test('of two at once only one is taken', async () => {
    const { ledger, mailboxId } = await aLedger()
    const pages = ['c1', 'c2', 'c3'].map((after) => ledger.applyPage(mailboxId, { ...page, after }))
    expect((await Promise.all(pages)).sort()).toEqual(['applied', 'moved', 'moved'])
  })
})

describe('an item that we made', () => {
  const run = { ...page, startedAtMs: T0 + 5_000, nowMs: T0 + 5_000 }

  test('is looked at if no page of the next run shows it', async () => {
    const { ledger, mailboxId, settled, beginDeliveries } = await aLedger()
    await settled(1)
    await ledger.applyPage(mailboxId, { ...run, startedAtMs: T0 })
    await ledger.applyPage(mailboxId, { ...run, before: 'c1', after: 'c2', isLast: false })
    expect(await beginDeliveries(T0 + 5_000)).toEqual([])
    await ledger.applyPage(mailboxId, { ...run, before: 'c2', after: 'c3' })
    expect(await beginDeliveries(T0 + 5_000)).toMatchObject([{ mark: { appointmentId: 'A1', kind: 'look' } }])
  })

  test('is left alone once a page has shown it', async () => {
    const { ledger, mailboxId, settled, beginDeliveries } = await aLedger()
    await settled(1)
    await ledger.applyPage(mailboxId, { ...run, listed: ['item-A1'] })
    await ledger.applyPage(mailboxId, { ...run, before: 'c1', after: 'c2' })
    expect(await beginDeliveries(T0 + 5_000)).toEqual([])
  })
})

describe('looking up', () => {
  test('finds by item, by UID in any case, and by id', async () => {
    const { ledger, mailboxId, settled, mark } = await aLedger()
    await settled(1)
    await mark({ appointmentId: 'ex-1', item: anItem('X') })
    const known = await ledger.lookUp(mailboxId, {
      itemIds: ['item-A1', 'item-X', 'item-unknown'],
      uids: ['UID-a1', 'nobody'],
      appointmentIds: ['A1', 'unknown'],
    })
    expect([...known.byItemId].map(([itemId, record]) => [itemId, record.appointmentId])).toEqual([
      ['item-A1', 'A1'],
      ['item-X', 'ex-1'],
    ])
    expect([...known.byUid.keys()]).toEqual(['uid-a1'])
    expect([...known.byId.keys()]).toEqual(['A1'])
    expect(known.byItemId.get('item-A1')?.link).toEqual(linkAt(1))
  })

  test('finds an item by its newest handle only', async () => {
    const { ledger, mailboxId, settled, mark } = await aLedger()
    await settled(1)
    await mark({ item: { ...anItem('A1'), itemId: 'item-moved' } })
    const known = await ledger.lookUp(mailboxId, { itemIds: ['item-A1', 'item-moved'], uids: ['uid-a1'] })
    expect([...known.byItemId.keys()]).toEqual(['item-moved'])
    expect(known.byUid.size).toBe(1)
  })

  test('finds the appointment of an item that is gone by its UID only, should it come back', async () => {
    const { ledger, mailboxId, settled, accept, beginOne, settle } = await aLedger()
    await settled(1)
    await accept(2)
    await settle(await beginOne(), unlinkedAt(2))
    const known = await ledger.lookUp(mailboxId, { itemIds: ['item-A1'], uids: ['UID-A1'] })
    expect(known.byItemId.size).toBe(0)
    expect(known.byUid.get('uid-a1')?.appointmentId).toBe('A1')
  })

  test('lists every linked item once', async () => {
    const { ledger, mailboxId, settled, mark, accept, beginOne, settle } = await aLedger()
    await settled(1)
    await accept(2)
    await settle(await beginOne(), unlinkedAt(2))
    const ids = Array.from({ length: 1_200 }, (_, n) => `ex-${n}`)
    await ledger.applyPage(mailboxId, { ...page, marks: ids.map(look) })
    await mark({ appointmentId: 'ex-7', item: { ...anItem('ex-7'), itemId: 'item-moved' } })
    const items = ids.map((id) => (id === 'ex-7' ? 'item-moved' : `item-${id}`))
    expect((await ledger.linkedItems(mailboxId)).toSorted()).toEqual(items.toSorted())
  })

  test('leaves a handle to the appointment that took it over', async () => {
    const { ledger, mailboxId, settled, mark, beginOne, accept, settle } = await aLedger()
    await settled(1)
    await mark({ appointmentId: 'ex-1', item: anItem('A1') })
    await accept(2)
    await settle(await beginOne(), unlinkedAt(2))
    const { byItemId } = await ledger.lookUp(mailboxId, { itemIds: ['item-A1'] })
    expect(byItemId.get('item-A1')?.appointmentId).toBe('ex-1')
  })

  test('keeps mailboxes apart', async () => {
    const { ledger, settled } = await aLedger()
    await settled(1)
    const bob = await ledger.enable('bob@contoso.example', T0)
    const known = await ledger.lookUp(bob.id, { itemIds: ['item-A1'], appointmentIds: ['A1'] })
    expect(known.byItemId.size + known.byId.size).toBe(0)
    expect(await ledger.state(bob.id, 'A1')).toBeUndefined()
  })
})

describe('a mailbox', () => {
  test('that is refused stays so since the first time', async () => {
    const { ledger, mailboxId } = await aLedger()
    await ledger.refuseMailbox(mailboxId, 'ErrorNonExistentMailbox', T0)
    await ledger.refuseMailbox(mailboxId, 'ErrorMailboxMoveInProgress', T0 + 5)
    const refused = { code: 'ErrorMailboxMoveInProgress', sinceMs: T0 }
    expect(await ledger.mailboxState(mailboxId)).toEqual({ refused })
    await ledger.clearRefusal(mailboxId)
    expect(await ledger.mailboxState(mailboxId)).toEqual({})
  })

  test('whose changes can be read is refused no more', async () => {
    const { ledger, mailboxId } = await aLedger()
    await ledger.refuseMailbox(mailboxId, 'ErrorNonExistentMailbox', T0)
    await ledger.applyPage(mailboxId, { before: undefined, after: 'c1', isLast: true, marks: [], nowMs: T0 })
    expect(await ledger.mailboxState(mailboxId)).toEqual({ cursor: 'c1', currentAtMs: T0 })
  })

  test('keeps the first notification since the last sync began', async () => {
    const { ledger, mailboxId } = await aLedger()
    expect(await ledger.takeNotified(mailboxId)).toBeUndefined()
    await ledger.noteNotified(mailboxId, T0)
    await ledger.noteNotified(mailboxId, T0 + 5)
    expect(await ledger.takeNotified(mailboxId)).toBe(T0)
    expect(await ledger.takeNotified(mailboxId)).toBeUndefined()
  })
})
