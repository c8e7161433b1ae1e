import { expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

const first = { id: 'S1', token: 'token-1', startedAtMs: T0, heardAtMs: T0 }
const second = { id: 'S2', token: 'token-2', startedAtMs: T0 + 9, heardAtMs: T0 + 9 }

test('a token leads to its mailbox, and its use is a sign of life', async () => {
  const { ledger, mailboxId } = await aLedger()
  expect(await ledger.heard('token-1', T0)).toBeUndefined()
  await ledger.saveSubscription(mailboxId, first)
  expect(await ledger.heard('token-1', T0 + 5)).toBe(mailboxId)
  expect(await ledger.heard('token-1', T0 + 3)).toBe(mailboxId)
  const { subscription } = await ledger.mailboxState(mailboxId)
  expect(subscription).toEqual({ id: 'S1', startedAtMs: T0, heardAtMs: T0 + 5 })
})

test('a token is stored nowhere', async () => {
  const { ledger, mailboxId, redis, prefix } = await aLedger()
  await ledger.saveSubscription(mailboxId, first)
  const keys = await redis.keys(`${prefix}:*`)
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
  expect(keys.join()).not.toContain('token-1')
  expect(Buffer.concat(dumps.filter((dump) => dump !== null)).includes('token-1')).toBe(false)
})

test('the token before is known for another minute, and is no sign of life of the new subscription', async () => {
  const { ledger, mailboxId, redis, prefix } = await aLedger()
  await ledger.saveSubscription(mailboxId, first)
  await ledger.saveSubscription(mailboxId, second)
  expect(await ledger.heard('token-1', T0 + 50)).toBe(mailboxId)
  expect((await ledger.mailboxState(mailboxId)).subscription?.heardAtMs).toBe(T0 + 9)
  const lives = await Promise.all((await redis.keys(`${prefix}:token:*`)).map((key) => redis.pttl(key)))
  expect(lives.filter((ms) => ms > 0 && ms <= 60_000)).toHaveLength(1)
})

test('a subscription that ended is forgotten with its token', async () => {
  const { ledger, mailboxId } = await aLedger()
  await ledger.saveSubscription(mailboxId, second)
  await ledger.endSubscription(mailboxId, 'S1')
  expect((await ledger.mailboxState(mailboxId)).subscription?.id).toBe('S2')
  await ledger.endSubscription(mailboxId, 'S2')
  expect(await ledger.mailboxState(mailboxId)).toEqual({})
  expect(await ledger.heard('token-2', T0)).toBeUndefined()
})
