import { expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

test('a mailbox has a place in a group until it leaves, and no group has more than it may', async () => {
  const { ledger } = await aLedger()
  const groups = []
  for (const id of ['a', 'b', 'c', 'b', 'd', 'e']) groups.push(await ledger.joinGroup(id, 2))
  expect(groups).toEqual(['1', '1', '2', '1', '2', '3'])
  await ledger.leaveGroup('b')
  await ledger.leaveGroup('b')
  expect(await ledger.groupOf('b')).toBeUndefined()
  expect(await ledger.joinGroup('f', 2)).toBe('1')
  const members = [...(await ledger.listeningGroups())].map(([group, all]) => [group, all.length])
  expect(Object.fromEntries(members)).toEqual({ 1: 2, 2: 2, 3: 1 })
})

test('a group that nobody is in is no more', async () => {
  const { ledger, redis, prefix } = await aLedger()
  await ledger.joinGroup('a', 2)
  await ledger.saveStreamingId('a', 'S1')
  await ledger.leaveGroup('a')
  expect(await ledger.listeningGroups()).toEqual(new Map())
  expect(await redis.keys(`${prefix}:{listening}*`)).toEqual([])
})

test('a group has one owner, until it gives it back or says nothing any more', async () => {
  const { ledger } = await aLedger()
  expect(await ledger.holdGroup('1', 'one', 60_000)).toBe(true)
  expect(await ledger.holdGroup('1', 'other', 60_000)).toBe(false)
  expect(await ledger.holdGroup('1', 'one', 60_000)).toBe(true)
  await ledger.releaseGroup('1', 'other')
  expect(await ledger.holdGroup('1', 'other', 60_000)).toBe(false)
  await ledger.releaseGroup('1', 'one')
  expect(await ledger.holdGroup('1', 'other', 1)).toBe(true)
  await expect.poll(() => ledger.holdGroup('1', 'one', 60_000)).toBe(true)
})

test('the subscriptions outlive their owner', async () => {
  const { ledger } = await aLedger()
  await ledger.joinGroup('a', 2)
  await ledger.joinGroup('b', 2)
  await ledger.saveStreamingId('a', 'S1')
  await ledger.saveStreamingId('b', 'S2')
  await ledger.saveStreamingId('b', undefined)
  const members = (await ledger.listeningGroups()).get('1')
  expect(members).toEqual(
    expect.arrayContaining([{ mailboxId: 'a', subscriptionId: 'S1' }, { mailboxId: 'b' }]),
  )
})

test('the way by which a mailbox is heard of is known, and counted until it is forgotten', async () => {
  const { ledger, mailboxId } = await aLedger()
  await ledger.saveHearing(mailboxId, { way: 'push', sinceMs: T0 })
  await ledger.saveHearing(mailboxId, { way: 'poll', sinceMs: T0 + 1, whyNot: { push: 'SILENT' } })
  await ledger.noteStreaming([mailboxId], { code: 'ECONNREFUSED' })
  expect(await ledger.mailboxState(mailboxId)).toEqual({
    hearing: { way: 'poll', sinceMs: T0 + 1, whyNot: { push: 'SILENT' } },
    streaming: { code: 'ECONNREFUSED' },
  })
  expect(await ledger.countWays()).toEqual({ push: 0, streaming: 0, poll: 1 })

  await ledger.joinGroup(mailboxId, 2)
  await ledger.forget(mailboxId, T0 + 2)
  await ledger.wipe(mailboxId)
  expect(await ledger.countWays()).toEqual({ push: 0, streaming: 0, poll: 0 })
  expect(await ledger.listeningGroups()).toEqual(new Map())
})
