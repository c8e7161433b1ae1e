import { createLedger } from '@lockstep/ledger'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { keepMailboxes } from './keep-mailboxes.ts'

const [alice, bob] = ['alice@contoso.example', 'bob@contoso.example']

function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const keeper = keepMailboxes(ledger, {
    log: createLogger('test', 'silent'),
    others: [],
    onceRedisIsThere: (action) => action(),
  })
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

test('an event for one whose turn has not come yet is taken', async () => {
  const { ledger, keeper, due } = setUp()
  const many = Array.from({ length: 50 }, (_, n) => `user${n}@contoso.example`)
  const enabling = keeper.enable([...many, 'Bob@contoso.example'])
  const found = await keeper.find(bob)
  expect(found).toMatchObject({ address: bob })
  expect(await keeper.find(alice)).toBeUndefined()
  expect((await enabling).at(-1)).toEqual(found)
  expect(await ledger.find(bob)).toEqual(found)
  expect(await due()).toContain(many[0])
})
