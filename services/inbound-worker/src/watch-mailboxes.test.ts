import { createLedger, type Ledger } from '@lockstep/ledger'
import { connectRedis, createLogger } from '@lockstep/runtime'
import { redisProxy, testRedis } from '@lockstep/runtime/testing'
import { Registry } from 'prom-client'
import { expect, onTestFinished, test } from 'vitest'
import { watchMailboxes } from './watch-mailboxes.ts'

const minuteMs = 60_000

test('tells how fresh the mailboxes are: of a connection that stands still somebody hears', async () => {
  const { ledger, metrics } = await setUp()
  await currentAgo(ledger, 'fresh@contoso.example', 0)
  await currentAgo(ledger, 'late@contoso.example', 4 * minuteMs)
  await currentAgo(ledger, 'stale@contoso.example', 6 * minuteMs)
  await ledger.enable('never@contoso.example', Date.now() - 10 * minuteMs)
  const off = await currentAgo(ledger, 'off@contoso.example', 60 * minuteMs)
  await ledger.changeSettings(off, { inbound: 'off' }, { by: 'test', nowMs: Date.now() })
  expect(await metrics()).toEqual({
    lockstep_mailbox_current_age_max_seconds: expect.closeTo(600, -1),
    lockstep_mailboxes_stale: 2,
    'lockstep_appointments_parked{direction="outbound"}': 0,
    'lockstep_appointments_parked{direction="inbound"}': 0,
    lockstep_appointments_unconfirmed: 0,
  })
})

test('tells of what stands still, over all mailboxes', async () => {
  const { ledger, metrics } = await setUp()
  const [one, other] = [
    await currentAgo(ledger, 'one@contoso.example', 0),
    await currentAgo(ledger, 'b@c.example', 0),
  ]
  await park(ledger, one, 'ErrorItemSave')
  await park(ledger, other, 'ErrorItemSave')
  await park(ledger, other, 'UNCONFIRMED')
  expect(await metrics()).toMatchObject({
    'lockstep_appointments_parked{direction="outbound"}': 2,
    lockstep_appointments_unconfirmed: 1,
    lockstep_mailboxes_stale: 0,
  })
})

test('while Redis is away nothing is said of the mailboxes, rather than that all is well', async () => {
  const proxy = await redisProxy()
  const { metrics } = await setUp(proxy.url)
  await proxy.goDown()
  expect(await metrics()).toEqual({})
})

async function setUp(redisUrl?: string) {
  const { redis: shared, prefix } = testRedis()
  const redis =
    redisUrl === undefined
      ? shared
      : connectRedis(redisUrl, { role: 'ledger', log: createLogger('test', 'silent') })
  if (redisUrl !== undefined) onTestFinished(() => redis.disconnect())
  const ledger = createLedger(redis, { prefix })
  const registry = new Registry()
  watchMailboxes(registry, ledger, { staleMs: 5 * minuteMs })
  const metrics = async () => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'))
    return Object.fromEntries(
      lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]),
    )
  }
  return { ledger, metrics }
}

async function currentAgo(ledger: Ledger, address: string, agoMs: number): Promise<string> {
  const nowMs = Date.now() - agoMs
  const { id } = await ledger.enable(address, nowMs)
  await ledger.applyPage(id, { before: undefined, after: 'c1', isLast: true, marks: [], nowMs })
  return id
}

async function park(ledger: Ledger, mailboxId: string, code: string): Promise<void> {
  const nowMs = Date.now()
  const wanted = { kind: 'absent', version: 1, atMs: nowMs, reason: 'cancelled' } as const
  await ledger.accept(mailboxId, code, wanted, nowMs)
  const [attempt] = await ledger.beginOutbound(mailboxId, { limit: 1, nowMs, leaseMs: 1_000 })
  await ledger.commitOutbound(mailboxId, attempt!, { kind: 'parked', code }, nowMs)
}
