import { expect, test } from 'vitest'
import { aLedger, anItem, linkAt, T0 } from './testing/a-ledger.ts'

test('what was linked and not listed is missing, over any number of pages', async () => {
  const { ledger, mailboxId, settled } = await aLedger()
  for (const id of ['A1', 'A2', 'A3']) await settled(1, linkAt(1, anItem(id)), id)
  const listing = await ledger.startListing(mailboxId, 'requested', T0)
  await ledger.noteListed(mailboxId, listing, { itemIds: ['item-A1', 'item-new'], appointmentIds: [] })
  await ledger.noteListed(mailboxId, listing, { itemIds: ['item-A3'], appointmentIds: [] })
  expect(await ledger.missingItems(mailboxId, listing)).toEqual(['item-A2'])
})

test('a pass begins without a cursor, and a page of the one before does not count for it', async () => {
  const { ledger, mailboxId, settled } = await aLedger()
  await settled(1)
  await ledger.applyPage(mailboxId, { before: undefined, after: 'c1', isLast: false, marks: [], nowMs: T0 })
  const before = await ledger.startListing(mailboxId, 'backfill', T0)
  const listing = await ledger.startListing(mailboxId, 'requested', T0 + 1)
  await ledger.noteListed(mailboxId, before, { itemIds: ['item-A1'], appointmentIds: [] })
  expect(await ledger.mailboxState(mailboxId)).toEqual({ listing })
  expect(await ledger.missingItems(mailboxId, listing)).toEqual(['item-A1'])
})

test('tells how far it is, and what still waits', async () => {
  const { ledger, mailboxId, settled, mark, beginDelivery, tell } = await aLedger()
  for (const id of ['A1', 'A2']) await settled(1, linkAt(1, anItem(id)), id)
  expect(await ledger.listingProgress(mailboxId)).toBeUndefined()
  const listing = await ledger.startListing(mailboxId, 'scheduled', T0)
  await mark({ appointmentId: 'A1' })
  await mark({ appointmentId: 'A2' }, T0 + 1)
  const page = { itemIds: ['item-A1', 'item-A2', 'item-A3'], appointmentIds: ['A1', 'A2'] }
  await ledger.noteListed(mailboxId, listing, page)
  expect(await ledger.listingProgress(mailboxId)).toEqual({ ...listing, items: 3, differing: 2, waiting: 2 })

  await ledger.endListing(mailboxId, listing, T0 + 5)
  await tell(await beginDelivery(), linkAt(1, anItem('A1')))
  const finished = { ...listing, finishedAtMs: T0 + 5 }
  expect(await ledger.listingProgress(mailboxId)).toEqual({ ...finished, items: 3, differing: 2, waiting: 1 })
})
