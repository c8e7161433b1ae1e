import { expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

test('an address is one mailbox, in whatever case and by however many at once', async () => {
  const { ledger, mailboxId } = await aLedger()
  const again = ['ALICE@contoso.example', 'Alice@Contoso.Example', 'alice@contoso.example']
  const mailboxes = await Promise.all(again.map((name, n) => ledger.enable(name, T0 + n)))
  const address = 'alice@contoso.example'
  const alice = { id: mailboxId, address, enabledAtMs: T0, enabledAs: address }
  expect(mailboxes).toEqual([alice, alice, alice])
  expect(await ledger.find('Alice@contoso.example')).toEqual(alice)
  expect(await ledger.byId(mailboxId)).toEqual(alice)
})

test('mailboxes are listed in the order in which they were enabled', async () => {
  const { ledger } = await aLedger()
  await ledger.enable('bob@contoso.example', T0 + 1)
  expect((await ledger.all()).map(({ address }) => address)).toEqual([
    'alice@contoso.example',
    'bob@contoso.example',
  ])
})

test('an address that was not enabled is unknown', async () => {
  const { ledger } = await aLedger()
  expect(await ledger.find('carol@contoso.example')).toBeUndefined()
  expect(await ledger.byId('nobody')).toBeUndefined()
})
