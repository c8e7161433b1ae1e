import { expect, test } from 'vitest'
import { aLedger, CANARY, linkAt, T0, unlinkedAt } from './testing/a-ledger.ts'

async function contents({ redis, prefix }: Awaited<ReturnType<typeof aLedger>>): Promise<string[]> {
  const keys = await redis.keys(`*${prefix}*`)
  const found: string[] = []
  for (const key of keys) {
    const isHash = (await redis.type(key)) === 'hash'
    const fields = isHash ? Object.entries(await redis.hgetall(key)) : []
    found.push(...fields.filter(([, value]) => value.includes(CANARY)).map(([field]) => field))
    if (!isHash && (await redis.dumpBuffer(key))?.includes(CANARY)) found.push(key)
  }
  return found
}

test('content lies in one field only while it is unsettled, and nowhere afterwards', async () => {
  const it = await aLedger()
  await it.accept(1)
  const attempt = await it.beginOne()
  expect(await contents(it)).toEqual(['c'])
  await it.settle(attempt, linkAt(1))
  expect(await contents(it)).toEqual([])
})

test('the content of a version that was overtaken is gone', async () => {
  const it = await aLedger()
  await it.accept(1)
  await it.cancel(2)
  expect(await contents(it)).toEqual([])
  await it.settle(await it.beginOne(), unlinkedAt(2))
  expect(await contents(it)).toEqual([])
})

test('a record that was marked, offered and told holds no content', async () => {
  const it = await aLedger()
  await it.settled(1)
  await it.mark({ item: { itemId: 'item-2', role: 'organizer', stamped: true } })
  const delivery = await it.beginDelivery()
  await it.ledger.offer(it.mailboxId, delivery, { atMs: T0, kind: 'updated', fingerprints: { subject: 'd' } })
  await it.tell(delivery, linkAt(1))
  expect(await contents(it)).toEqual([])
})
