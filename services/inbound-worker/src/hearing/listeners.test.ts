import { ExchangeUnavailableError } from '@lockstep/exchange'
import { MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createLedger } from '@lockstep/ledger'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
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
    await vi.waitFor(() => expect(gateway.listening.connections).toBe(1))
    listen()
    await change(bob)
    await first.close()
    await vi.waitFor(() => expect(gateway.calls['listen']).toBe(2))
    expect(gateway.listening.connections).toBe(1)
    woken.clear()
    await change(alice)
    // The subscriptions outlive whoever made them.
    expect(gateway.calls['subscribeStreaming']).toBe(2)
  })

  test('is compared whole after a connection broke', async () => {
    const { gateway, listen, woken } = await setUp()
    listen()
    await vi.waitFor(() => expect(woken.size).toBe(2))
    woken.clear()
    gateway.listening.cut({ kind: 'broken', error: away() })
    await vi.waitFor(() => expect(woken.size).toBe(2))
    expect(gateway.calls['subscribeStreaming']).toBe(2)
  })

  test('is not compared when the time of a connection is over', async () => {
    const { gateway, listen, woken, change } = await setUp()
    listen()
    await vi.waitFor(() => expect(woken.size).toBe(2))
    woken.clear()
    gateway.listening.cut({ kind: 'over' })
    await change(alice)
    expect(gateway.calls['listen']).toBe(2)
    expect(woken.size).toBe(1)
  })

  test('is known not to be listened to while no connection opens, and why', async () => {
    const { gateway, listen, states, woken } = await setUp()
    listen()
    await vi.waitFor(async () => expect(await states()).toMatchObject([listened, listened]))
    woken.clear()
    gateway.goDown()
    gateway.listening.cut({ kind: 'broken', error: away() })
    await vi.waitFor(async () => expect(await states()).toEqual([refused, refused]))
    expect(woken.size).toBe(2)
    gateway.comeBack()
    await vi.waitFor(async () => expect(await states()).toMatchObject([listened, listened]), 5_000)
  })

  test('does not count as listened to where Exchange loses the subscriptions again and again', async () => {
    const { gateway, listen, states } = await setUp()
    listen()
    for (let times = 1; times <= 2; times += 1) {
      await vi.waitFor(() => expect(gateway.calls['subscribeStreaming']).toBe(2 * times))
      await vi.waitFor(() => expect(gateway.listening.connections).toBe(1))
      gateway.listening.lose()
    }
    await vi.waitFor(async () => expect(await states()).toEqual([{ code: 'LOST' }, { code: 'LOST' }]))
  })

  test('loses a mailbox that leaves, and its subscription', async () => {
    const { ledger, gateway, listen, ids } = await setUp()
    listen()
    await vi.waitFor(() => expect(gateway.listening.connections).toBe(1))
    await ledger.leaveGroup(ids[0]!)
    await vi.waitFor(() => expect([...gateway.listening.subscriptions.values()]).toEqual([bob]))
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
  const listen = () => {
    const deps = { ledger, gateway, inbound, log: createLogger('test', 'silent') }
    const listeners = startListeners(deps, timing)
    onTestFinished(() => listeners.close())
    return listeners
  }
  const change = async (address: string) => {
    gateway.userCreates(address)
    const id = ids[[alice, bob].indexOf(address)]!
    await vi.waitFor(async () => expect(await ledger.takeNotified(id)).toBeDefined())
  }
  const states = () => Promise.all(ids.map(async (id) => (await ledger.mailboxState(id)).streaming))
  return { ledger, gateway, listen, change, woken, ids, states }
}
