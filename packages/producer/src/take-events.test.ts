import { createLedger, LedgerUnavailableError } from '@lockstep/ledger'
import { createQueues } from '@lockstep/queue'
import { redisProxy, testRedis } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { takeEvent, takeEvents } from './index.ts'
import { anEvent } from './testing/index.ts'

describe('taking an event', () => {
  test('stores it, then wakes its mailbox', async () => {
    const { take, stateOf, queues } = await setUp()
    expect(await take(anEvent())).toEqual({
      id: 'e1',
      appointmentId: 'APP-1042',
      version: 3,
      status: 'accepted',
    })
    expect((await stateOf())?.record.wanted).toMatchObject({
      version: 3,
      appointment: { subject: 'Site visit' },
    })
    expect((await queues.outbound.counts()).waiting).toBe(1)
  })

  test('takes no older version', async () => {
    const { take, stateOf } = await setUp()
    await take(anEvent({ data: { version: 4 } }))
    expect(await take(anEvent({ data: { version: 3 } }))).toMatchObject({ status: 'stale' })
    expect(await take(anEvent({ data: { version: 4 } }))).toMatchObject({ status: 'stale' })
    expect((await stateOf())?.record.wanted?.version).toBe(4)
  })

  test('wants a refused one absent, and keeps nothing of its content or of what was there before', async () => {
    const { take, stateOf, dump } = await setUp()
    await take(anEvent({ data: { version: 1 }, appointment: { subject: 'open until now' } }))
    expect(await dump()).toContain('open until now')

    const refused = anEvent({ appointment: { sensitivity: 'private', subject: 'closed for ever' } })
    expect(await take(refused)).toMatchObject({ status: 'refused', reason: 'private' })
    expect((await stateOf())?.record.wanted).toMatchObject({ kind: 'absent', reason: 'private', version: 3 })
    expect(await dump()).not.toMatch(/open until now|closed for ever/)
  })

  test('stores nothing of an answer to an invitation', async () => {
    const { take, stateOf } = await setUp()
    expect(await take(anEvent({ data: { response: 'accepted' } }))).toMatchObject({
      status: 'refused',
      reason: 'responseNotSupported',
    })
    expect(await stateOf()).toBeUndefined()
  })

  test('stores nothing that is invalid', async () => {
    const { take, stateOf } = await setUp()
    expect(await take(anEvent({ appointment: { subject: 1 } }))).toMatchObject({
      id: 'e1',
      status: 'invalid',
      problems: [{ pointer: '/data/appointment/subject' }],
    })
    expect(await stateOf()).toBeUndefined()
  })

  test('knows no mailbox that was not enabled, and any spelling of one that was', async () => {
    const { take } = await setUp()
    expect(await take(anEvent({ data: { mailbox: 'zed@contoso.example' } }))).toMatchObject({
      status: 'invalid',
      problems: [{ pointer: '/data/mailbox' }],
    })
    expect(await take(anEvent({ data: { mailbox: 'Alice@Contoso.Example' } }))).toMatchObject({
      status: 'accepted',
    })
  })
})

describe('an appointment that moved to another mailbox', () => {
  const moved = anEvent({
    data: { mailbox: 'bob@contoso.example', previousMailbox: 'alice@contoso.example' },
  })

  test('is withdrawn from the one it was in', async () => {
    const { take, stateOf, queues } = await setUp()
    await take(anEvent({ data: { version: 1 } }))
    expect(await take(moved)).toMatchObject({ status: 'accepted' })
    expect((await stateOf('alice'))?.record.wanted).toMatchObject({ kind: 'absent', version: 3 })
    expect((await stateOf('bob'))?.record.wanted).toMatchObject({ kind: 'present', version: 3 })
    expect((await queues.outbound.counts()).waiting).toBe(2)
  })

  test('is withdrawn also when the event comes again', async () => {
    const { take, stateOf } = await setUp()
    const { previousMailbox: _, ...data } = moved['data'] as Record<string, unknown>
    await take({ ...moved, data })
    expect(await take(moved)).toMatchObject({ status: 'stale' })
    expect((await stateOf('alice'))?.record.wanted).toMatchObject({ kind: 'absent', version: 3 })
  })

  test('cannot have moved from where it is', async () => {
    const { take, stateOf } = await setUp()
    const event = anEvent({ data: { previousMailbox: 'ALICE@contoso.example' } })
    expect(await take(event)).toMatchObject({
      status: 'invalid',
      problems: [{ pointer: '/data/previousMailbox' }],
    })
    expect(await stateOf('alice')).toBeUndefined()
  })
})

describe('taking several events', () => {
  test('takes the good ones and says of each what became of it, in order', async () => {
    const { takeAll, trail } = await setUp()
    const results = await takeAll([
      anEvent({ id: '1', data: { appointmentId: 'a' } }),
      'nonsense',
      anEvent({ id: '3', data: { appointmentId: 'c' }, appointment: { recurrence: {} } }),
      anEvent({ id: '4', data: { appointmentId: 'a', version: 2 } }),
      anEvent({ id: '5', data: { appointmentId: 'e', mailbox: 'bob@contoso.example' } }),
    ])
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['1', 'accepted'],
      [undefined, 'invalid'],
      ['3', 'refused'],
      ['4', 'stale'],
      ['5', 'accepted'],
    ])
    expect((await trail()).map(({ appointmentId, step, reason }) => [appointmentId, step, reason])).toEqual([
      ['a', 'accepted', undefined],
      ['c', 'refused', 'recurring'],
      ['a', 'stale', undefined],
    ])
  })

  test('fails as a whole while Redis is away', async () => {
    const proxy = await redisProxy()
    const { takeAll } = await setUp(proxy.url)
    await proxy.goDown()
    await expect(takeAll([anEvent(), anEvent()])).rejects.toThrow(LedgerUnavailableError)
  })
})

async function setUp(url?: string) {
  const { redis, prefix, url: directUrl } = testRedis()
  const client = new Redis(url ?? directUrl, { enableOfflineQueue: true, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  const ledger = createLedger(client, { prefix })
  const queues = createQueues(redis, { prefix })
  onTestFinished(async () => {
    await queues.close()
    client.disconnect()
  })
  const alice = await ledger.enable('alice@contoso.example', 1)
  const bob = await ledger.enable('bob@contoso.example', 1)
  const ids = { alice: alice.id, bob: bob.id }
  const deps = { ledger, queues, nowMs: () => 1_000 }

  return {
    queues,
    take: (event: unknown) => takeEvent(event, deps),
    takeAll: (events: unknown[]) => takeEvents(events, deps),
    stateOf: (name: keyof typeof ids = 'alice') => ledger.state(ids[name], 'APP-1042'),
    trail: async () => (await ledger.trail(ids.alice, { limit: 10 })).entries,
    dump: async () => {
      const keys = await redis.keys(`*${prefix}*`)
      const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
      return values.map((value) => value?.toString('latin1')).join('\n')
    },
  }
}
