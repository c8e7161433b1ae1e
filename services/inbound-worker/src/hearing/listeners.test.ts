import { ExchangeUnavailableError } from '@lockstep/exchange'
import { MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createLedger } from '@lockstep/ledger'
import { createLogger } from '@lockstep/runtime'
import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startListeners } from './listeners.ts'

const alice = 'alice@contoso.example'
const bob = 'bob@contoso.example'
const listened = { sinceMs: expect.any(Number) }
const refused = { code: 'ECONNREFUSED' }
const timing = { leaseMs: 1_000, everyMs: 20 }

describe('a group of mailboxes', () => {
  test('is listened to by one process, and by another as soon as that is gone', async () => {
    const { gateway, listen, change, woken } = await setUp()
    const first = listen()
    await eventually(() => expect(gateway.listening.connections).toBe(1))
    listen()
    await change(bob)
    await first.close()
    await eventually(() => expect(gateway.calls['listen']).toBe(2))
    expect(gateway.listening.connections).toBe(1)
    woken.clear()
    await change(alice)
    // The subscriptions outlive whoever made them.
    expect(gateway.calls['subscribeStreaming']).toBe(2)
  })

  test('whose owner is gone without a word is taken when its lease is over, and not before', async () => {
    const { ledger, gateway, listen, redis, prefix, turns } = await setUp()
    const [group] = await ledger.listeningGroups().then((groups) => [...groups.keys()])
    expect(await ledger.holdGroup(group!, 'killed', 600_000)).toBe(true)
    listen()
    const before = turns()
    await eventually(() => expect(turns()).toBeGreaterThan(before + 3))
    expect(gateway.calls['listen']).toBeUndefined()

    // Its time is over now.
    const [lease] = await redis.keys(`${prefix}:*:owner:${group}`)
    await redis.pexpire(lease!, 0)
    await eventually(() => expect(gateway.listening.connections).toBe(1))
    expect(await redis.get(lease!)).not.toBe('killed')
  })

  test('is given up by whoever finds that another one has it', async () => {
    const { ledger, gateway, listen, redis, prefix } = await setUp()
    const [group] = await ledger.listeningGroups().then((groups) => [...groups.keys()])
    listen()
    await eventually(() => expect(gateway.listening.connections).toBe(1))
    const [lease] = await redis.keys(`${prefix}:*:owner:${group}`)
    await redis.set(lease!, 'another')
    await eventually(() => expect(gateway.listening.connections).toBe(0))
    expect(await redis.get(lease!)).toBe('another')
  })

  test('is compared whole after a connection broke', async () => {
    const { gateway, listen, woken } = await setUp()
    listen()
    await eventually(() => expect(woken.size).toBe(2))
    woken.clear()
    gateway.listening.cut({ kind: 'broken', error: away() })
    await eventually(() => expect(woken.size).toBe(2))
    expect(gateway.calls['subscribeStreaming']).toBe(2)
  })

  test('is not compared when the time of a connection is over', async () => {
    const { gateway, listen, woken, change } = await setUp()
    listen()
    await eventually(() => expect(woken.size).toBe(2))
    woken.clear()
    gateway.listening.cut({ kind: 'over' })
    await change(alice)
    expect(gateway.calls['listen']).toBe(2)
    expect(woken.size).toBe(1)
  })

  test('is known not to be listened to while no connection opens, and why', async () => {
    const { gateway, listen, states, woken } = await setUp()
    listen()
    await eventually(async () => expect(await states()).toMatchObject([listened, listened]))
    woken.clear()
    gateway.goDown()
    gateway.listening.cut({ kind: 'broken', error: away() })
    await eventually(async () => expect(await states()).toEqual([refused, refused]))
    expect(woken.size).toBe(2)
    gateway.comeBack()
    await eventually(async () => expect(await states()).toMatchObject([listened, listened]))
  })

  test('does not count as listened to where Exchange loses the subscriptions again and again', async () => {
    const { gateway, listen, states } = await setUp()
    listen()
    for (let times = 1; times <= 2; times += 1) {
      await eventually(() => expect(gateway.calls['subscribeStreaming']).toBe(2 * times))
      await eventually(() => expect(gateway.listening.connections).toBe(1))
      gateway.listening.lose()
    }
    await eventually(async () => expect(await states()).toEqual([{ code: 'LOST' }, { code: 'LOST' }]))
  })

  test('loses a mailbox that leaves, and its subscription', async () => {
    const { ledger, gateway, listen, ids } = await setUp()
    listen()
    await eventually(() => expect(gateway.listening.connections).toBe(1))
    await ledger.leaveGroup(ids[0]!)
    await eventually(() => expect([...gateway.listening.subscriptions.values()]).toEqual([bob]))
  })
})

function away(): ExchangeUnavailableError {
  return new ExchangeUnavailableError('ECONNRESET', 0, { effect: 'none' })
}

async function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const gateway = new MemoryCalendarGateway()
  const ids: string[] = []
  for (const address of [alice, bob]) {
    const { id } = await ledger.enable(address, Date.now())
    await ledger.joinGroup(id, 200)
    ids.push(id)
  }
  const woken = new Set<string>()
  const inbound = {
    wakeAll: async (mailboxIds: readonly string[]) => mailboxIds.forEach((id) => woken.add(id)),
    wakeQuietly: async (id: string) => woken.add(id).size > 0,
  }
  let turns = 0
  const watched = Object.assign(Object.create(ledger) as typeof ledger, {
    holdGroup: async (...args: Parameters<typeof ledger.holdGroup>) => {
      turns += 1
      return ledger.holdGroup(...args)
    },
  })
  const listen = () => {
    const deps = { ledger: watched, gateway, inbound, log: createLogger('test', 'silent') }
    const listeners = startListeners(deps, timing)
    onTestFinished(() => listeners.close())
    return listeners
  }
  const change = async (address: string) => {
    gateway.userCreates(address)
    const id = ids[[alice, bob].indexOf(address)]!
    await eventually(async () => expect(await ledger.takeNotified(id)).toBeDefined())
  }
  const states = () => Promise.all(ids.map(async (id) => (await ledger.mailboxState(id)).streaming))
  return { ledger, gateway, listen, change, woken, ids, states, redis, prefix, turns: () => turns }
}
