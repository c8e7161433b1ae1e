import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { eventually, redisProxy, testRedis } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RedisBudget } from './redis-budget.ts'

describe('the budget within a process', () => {
  test('lets no more calls through than there may be, and all in the end', async () => {
    const budget = openBudget({ mostInFlight: 3 })
    let inFlight = 0
    let most = 0
    const call = async () => {
      most = Math.max(most, (inFlight += 1))
      await setTimeout(10)
      inFlight -= 1
    }
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => budget.spend({ mailbox: `m${index % 7}` }, call)),
    )
    expect(most).toBe(3)
  })

  test('serves mailboxes in turn', async () => {
    const budget = openBudget({ mostInFlight: 1 })
    const served: string[] = []
    const spend = (mailbox: string) => budget.spend({ mailbox }, async () => void served.push(mailbox))
    await Promise.all(['a', 'a', 'a', 'a', 'b', 'b'].map(spend))
    expect(served.join('')).toBe('ababaa')
  })

  test('keeps half of itself for the other direction while that waits', async () => {
    const budget = openBudget({ mostInFlight: 4 })
    const outbound = Array.from({ length: 8 }, () => hold(budget, 'outbound'))
    await eventually(() => expect(outbound.filter(({ began }) => began())).toHaveLength(4))
    const inbound = Array.from({ length: 8 }, () => hold(budget, 'inbound'))
    for (const call of outbound.slice(0, 4)) call.release()
    await eventually(() => expect([...outbound, ...inbound].filter(({ began }) => began())).toHaveLength(8))
    expect(inbound.filter(({ began }) => began())).toHaveLength(2)
    for (const call of [...outbound, ...inbound]) call.release()
    await Promise.all([...outbound, ...inbound].map(({ done }) => done))
  })

  test('gives a turn back when the call fails', async () => {
    const budget = openBudget({ mostInFlight: 1 })
    const failing = budget.spend({ mailbox: 'm' }, () => Promise.reject(new Error('mine')))
    await expect(failing).rejects.toThrow('mine')
    expect(await budget.spend({ mailbox: 'm' }, async () => 'next')).toBe('next')
  })

  test('bounds the wait', async () => {
    const budget = openBudget({ mostInFlight: 1, waitMs: 50 })
    const held = hold(budget, 'outbound')
    await eventually(() => expect(held.began()).toBe(true))
    const late = budget.spend({ mailbox: 'm' }, async () => {})
    await expect(late).rejects.toMatchObject({ code: 'BUDGET_EXHAUSTED', effect: 'none' })
    held.release()
    await held.done
  })

  test('lets a caller leave the line', async () => {
    const budget = openBudget({ mostInFlight: 1 })
    const held = hold(budget, 'outbound')
    const caller = new AbortController()
    const waiting = budget.spend({ mailbox: 'm', signal: caller.signal }, async () => {})
    caller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', effect: 'none' })
    held.release()
    await held.done
  })
})

describe('a back-off', () => {
  test('holds every process until it is over, and a shorter one does not shorten it', async () => {
    const { redis, prefix } = testRedis()
    const [one, other] = [openBudget({ redis, prefix }), openBudget({ redis, prefix })]
    const startedMs = performance.now()
    await one.backOff(400)
    await one.backOff(10)
    await Promise.all([one, other].map((budget) => budget.spend({ mailbox: 'm' }, async () => {})))
    expect(performance.now() - startedMs).toBeGreaterThan(390)
  })

  test('that is longer than anybody waits is told at once', async () => {
    const budget = openBudget({ waitMs: 1_000 })
    await budget.backOff(60_000)
    const spending = budget.spend({ mailbox: 'm' }, async () => {})
    await expect(spending).rejects.toMatchObject({ code: 'BACKING_OFF', effect: 'none' })
    const error = await spending.catch((reason: { retryAfterMs: number }) => reason)
    expect(error).toMatchObject({ retryAfterMs: expect.closeTo(60_000, -3) as number })
  })
})

describe('without Redis', () => {
  test.each(['goDown', 'hang'] as const)('nothing is called: %s', async (how) => {
    const proxy = await redisProxy()
    const { prefix } = testRedis()
    const redis = new Redis(proxy.url, { maxRetriesPerRequest: null })
    redis.on('error', () => {})
    onTestFinished(() => redis.disconnect())
    const budget = openBudget({ redis, prefix, waitMs: 10_000 })
    await budget.spend({ mailbox: 'm' }, async () => {})

    await proxy[how]()
    const spending = budget.spend({ mailbox: 'm' }, () => expect.unreachable())
    await expect(spending).rejects.toMatchObject({ code: 'BUDGET_UNAVAILABLE', effect: 'none' })
  })
})

describe('the budget over processes', () => {
  test('is never exceeded, and is shared between the directions', async () => {
    const { server, start } = await startServer()
    await Promise.all([start('outbound'), start('inbound')])
    const both = () => [server.calls('outbound'), server.calls('inbound')] as const
    await eventually(() => expect(Math.min(...both())).toBeGreaterThan(0))
    // Whichever process is up first has it all for a while.
    const before = both()
    const since = () => both().map((calls, n) => calls - before[n]!) as [number, number]
    await eventually(() => expect(Math.min(...since())).toBeGreaterThan(60))
    expect(server.most).toBe(4)
    const [outbound, inbound] = since()
    const share = outbound / (outbound + inbound)
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.75)
  })

  test('comes back from a process that was killed', async () => {
    const { server, start } = await startServer()
    server.hold()
    const process = await start('outbound')
    await eventually(() => expect(server.held()).toBe(4))
    process.kill('SIGKILL')
    await once(process, 'exit')
    server.forget()
    await start('outbound')
    await eventually(() => expect(server.held()).toBe(4))
  })

  test('rests for all when Exchange asks one of them', async () => {
    const { server, start } = await startServer()
    await Promise.all([start('outbound'), start('inbound')])
    await eventually(() =>
      expect(Math.min(server.calls('outbound'), server.calls('inbound'))).toBeGreaterThan(5),
    )
    server.beBusyOnce()
    await eventually(() => expect(server.longestRestMs()).toBeGreaterThan(2_000))
  })
})

type Opening = Partial<ConstructorParameters<typeof RedisBudget>[0]>

function openBudget({ mostInFlight = 4, waitMs = 5_000, ...rest }: Opening = {}): RedisBudget {
  const budget = new RedisBudget({ ...testRedis(), ...rest, mostInFlight, waitMs })
  onTestFinished(() => budget.close())
  return budget
}

function hold(budget: RedisBudget, direction: 'outbound' | 'inbound') {
  const { promise, resolve } = Promise.withResolvers<void>()
  let hasBegun = false
  const done = budget.spend({ mailbox: 'm', direction }, () => {
    hasBegun = true
    return promise
  })
  return { done, release: resolve, began: () => hasBegun }
}

/** An endpoint that counts, and processes that call it. */
async function startServer() {
  const counts = new Map<string, number>()
  const pending = new Set<ServerResponse>()
  let [inFlight, most, lastMs, longestRestMs] = [0, 0, 0, 0]
  let [isHolding, isBusy] = [false, false]

  const server = createServer((request, response) => {
    const now = performance.now()
    if (lastMs > 0) longestRestMs = Math.max(longestRestMs, now - lastMs)
    lastMs = now
    const name = request.headers['user-agent'] ?? ''
    counts.set(name, (counts.get(name) ?? 0) + 1)
    most = Math.max(most, (inFlight += 1))
    response.on('close', () => (inFlight -= 1))
    pending.add(response)
    const answer = () => response.writeHead(isBusy ? 503 : 500).end(() => (isBusy = false))
    if (!isHolding) request.resume().on('end', () => void setTimeout(5).then(answer))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })

  const { url: redisUrl, prefix } = testRedis()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const program = new URL('./testing/budget-process.ts', import.meta.url).pathname
  return {
    server: {
      calls: (name: string) => counts.get(name) ?? 0,
      hold: () => (isHolding = true),
      held: () => pending.size,
      forget: () => pending.clear(),
      beBusyOnce: () => ((isBusy = true), (longestRestMs = 0)),
      longestRestMs: () => longestRestMs,
      get most() {
        return most
      },
    },
    start: async (direction: string) => {
      const child = spawn(process.execPath, [program, url, redisUrl, prefix, direction], { stdio: 'inherit' })
      await once(child, 'spawn')
      onTestFinished(async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill('SIGKILL')
        await once(child, 'exit')
      })
      return child
    },
  }
}
