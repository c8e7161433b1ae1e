import { expect, test } from 'vitest'
import { ownItems } from './own-items.ts'
import { aLedger, anItem } from './testing/a-ledger.ts'

test('items that carry the stamp are an appointment’s own, but for those that are linked to another one', async () => {
  const { ledger, mailboxId, mark } = await aLedger()
  await mark({ item: anItem('original') })
  await mark({ appointmentId: 'A2', item: anItem('copy') })
  const items = ['original', 'copy', 'unknown'].map(anItem)
  const own = await ownItems(ledger, mailboxId, 'A1', items)
  expect(own.map(({ itemId }) => itemId)).toEqual(['item-original', 'item-unknown'])
  expect(await ownItems(ledger, mailboxId, 'A1', [])).toEqual([])
})
