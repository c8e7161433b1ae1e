import { createLedger } from '@lockstep/ledger'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { keepMailboxes } from './keep-mailboxes.ts'

const [alice, bob] = ['alice@contoso.example', 'bob@contoso.example']

function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const keeper = keepMailboxes(ledger, { log: createLogger('test', 'silent'), others: [] })
  onTestFinished(() => keeper.close())
  const due = async () => {
    const ids = await ledger.dueMailboxes('inbound', Date.now(), 10)
    return Promise.all(ids.map(async (id) => (await ledger.byId(id))!.address))
  }
  return { ledger, keeper, due }
}

test('a mailbox that is listed is not due because a process starts', async () => {
  const { ledger, keeper, due } = setUp()
  const { id } = await ledger.enable(alice, Date.now())
  await ledger.startListing(id, 'backfill', Date.now())
  await keeper.enable([alice, bob])
  expect(await due()).toEqual([bob])
})

test('one that was enabled by a process that died at once is due with the next one', async () => {
  const { ledger, keeper, due } = setUp()
  await ledger.enable(alice, Date.now())
  await keeper.enable([alice])
  expect(await due()).toEqual([alice])
})
