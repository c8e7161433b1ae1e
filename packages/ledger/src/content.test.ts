import { expect, test } from 'vitest'
import { aLedger, anAppointment, CANARY, linkAt, T0, unlinkedAt } from './testing/a-ledger.ts'

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

test('the content of a version that a delivery found written is gone once it would be begun', async () => {
  const it = await aLedger()
  await it.mark()
  const delivery = await it.beginDelivery()
  await it.accept(1)
  await it.tell(delivery, linkAt(1))
  expect(await it.begin()).toEqual([])
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

test('the content of a version that may be landing is kept until that is known', async () => {
  const it = await aLedger()
  await it.accept(1)
  const lost = await it.beginOne()
  await it.accept(2)
  await it.accept(3)
  expect((await contents(it)).toSorted()).toEqual(['c', 'k'])
  const failed = { kind: 'failed', dueMs: T0, code: 'E', effect: 'unknown', costsAttempt: true } as const
  await it.ledger.commitOutbound(it.mailboxId, lost, failed, T0)
  const next = await it.beginOne()
  expect(next).toMatchObject({ overtaken: { version: 1, appointment: anAppointment(1) } })
  await it.settle(next, linkAt(3))
  expect(await contents(it)).toEqual([])
})

test.each(['none', 'unknown'] as const)(
  'and no longer: it is cancelled, or the effect was %s',
  async (effect) => {
    const it = await aLedger()
    await it.accept(1)
    const attempt = await it.beginOne()
    await it.accept(2)
    const failed = { kind: 'failed', dueMs: T0, code: 'E', effect, costsAttempt: true } as const
    await it.ledger.commitOutbound(it.mailboxId, attempt, failed, T0)
    if (effect === 'unknown') await it.cancel(3)
    expect(await contents(it)).toEqual(effect === 'unknown' ? [] : ['c'])
  },
)

test('a record that was marked, offered and told holds no content', async () => {
  const it = await aLedger()
  await it.settled(1)
  await it.mark({ item: { itemId: 'item-2', role: 'organizer', stamped: true } })
  const delivery = await it.beginDelivery()
  await it.ledger.offer(it.mailboxId, delivery, { atMs: T0, kind: 'updated', fingerprints: { subject: 'd' } })
  await it.tell(delivery, linkAt(1))
  expect(await contents(it)).toEqual([])
})
