import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { eventually, redisProxy, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { consume, type ConsumeHooks, createQueues, type MailboxHandler } from './index.ts'

describe('consuming a queue', () => {
  test('handles each mailbox that was woken', async () => {
    const seen: string[] = []
    const { queues } = setUp(async ({ mailboxId }) => (seen.push(mailboxId), 'done'))
    await queues.outbound.wakeAll(['m1', 'm2'])
    await eventually(() => expect(seen.toSorted()).toEqual(['m1', 'm2']))
    await eventually(async () =>
      expect(await queues.outbound.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
    )
  })

  test('never handles a mailbox twice at a time, and loses no wake-up that comes meanwhile', async () => {
    const gate = latch()
    const { queues, seen, mostAtOnce } = setUpCounting(() => gate.opened)
    await queues.outbound.wake('m1')
    await eventually(() => expect(seen).toEqual(['m1']))
    for (let i = 0; i < 5; i++) await queues.outbound.wake('m1')
    gate.open()
    await eventually(() => expect(seen).toEqual(['m1', 'm1']))
    await eventually(async () => expect((await queues.outbound.counts()).active).toBe(0))
    expect({ seen, most: mostAtOnce() }).toEqual({ seen: ['m1', 'm1'], most: 1 })
  })

  test('a mailbox with more to do queues up again behind the others', async () => {
    const seen: string[] = []
    const slices = { m1: 3, m2: 3, m3: 3 }
    const { queues } = setUp(
      async ({ mailboxId }) => {
        seen.push(mailboxId)
        return --slices[mailboxId as keyof typeof slices] > 0 ? 'again' : 'done'
      },
      { concurrency: 1 },
    )
    await queues.outbound.wakeAll(['m1', 'm2', 'm3'])
    await eventually(() => expect(seen.join(' ')).toBe('m1 m2 m3 m1 m2 m3 m1 m2 m3'))
  })

  test('a handler that throws is reported, runs no second time, and leaves nothing of its message in Redis', async () => {
    const failed: string[] = []
    const handle = vi.fn<MailboxHandler>().mockRejectedValue(new TypeError('about the board meeting'))
    const { queues, redis, prefix } = setUp(handle, {
      onFailed: (id, error) => failed.push(`${id} ${error.message}`),
    })
    await queues.outbound.wake('m1')

    await eventually(async () => expect((await queues.outbound.counts()).failed).toBe(1))
    await eventually(() => expect(failed).toEqual(['m1 about the board meeting']))
    expect(handle).toHaveBeenCalledTimes(1)
    const job = await redis.hgetall(`{${prefix}:default:outbound}:outbound:1`)
    expect(job['failedReason']).toBe('TypeError')
    expect(JSON.stringify(job)).not.toContain('board')

    handle.mockResolvedValue('done')
    await queues.outbound.wake('m1')
    await eventually(() => expect(handle).toHaveBeenCalledTimes(2))
  })

  test('goes on after Redis was away', async () => {
    const proxy = await redisProxy()
    const { queues, seen } = setUpCounting(async () => {}, { redisUrl: proxy.url })
    await queues.outbound.wake('m1')
    await eventually(() => expect(seen).toEqual(['m1']))
    await proxy.goDown()
    await queues.outbound.wake('m2')
    await proxy.comeBack()
    await eventually(() => expect(seen).toEqual(['m1', 'm2']))
  })
})

describe('closing', () => {
  test('waits for the job in hand, takes no other, and keeps what was woken', async () => {
    const gate = latch()
    const { queues, consumer, seen } = setUpCounting(() => gate.opened, { concurrency: 1 })
    await queues.outbound.wakeAll(['m1', 'm2'])
    await eventually(() => expect(seen).toEqual(['m1']))
    const closing = consumer.close(5_000)
    gate.open()
    expect(await closing).toBe(true)
    expect(seen).toEqual(['m1'])
    expect(await queues.outbound.counts()).toMatchObject({ waiting: 1, active: 0 })
  })

  test('aborts the job in hand when the limit has run out', async () => {
    const { queues, consumer, aborted } = setUpUntilAborted()
    await queues.outbound.wake('m1')
    await eventually(async () => expect((await queues.outbound.counts()).active).toBe(1))
    expect(await consumer.close(50)).toBe(true)
    expect(aborted()).toBe(1)
  })

  test('does not wait for a handler that does not heed its signal', async () => {
    const gate = latch()
    onTestFinished(gate.open)
    const { queues, consumer, seen } = setUpCounting(() => gate.opened)
    await queues.outbound.wake('m1')
    await eventually(() => expect(seen).toEqual(['m1']))
    expect(await consumer.close(50)).toBe(false)
  })

  test('ends in time while Redis is away', async () => {
    const proxy = await redisProxy()
    const { consumer } = setUpCounting(async () => {}, { redisUrl: proxy.url })
    await consumer.ready()
    await proxy.goDown()
    const startedAt = performance.now()
    // By default it would be ten seconds.
    await consumer.close(200)
    expect(performance.now() - startedAt).toBeLessThan(8_000)
  })
})

test('a handler learns that its lock is lost', async () => {
  const { queues, redis, prefix, aborted } = setUpUntilAborted()
  await queues.outbound.wake('m1')
  const lock = `{${prefix}:default:outbound}:outbound:1:lock`
  await eventually(async () => expect(await redis.exists(lock)).toBe(1))
  await redis.set(lock, 'another worker')
  await eventually(() => expect(aborted()).toBe(1))
})

type Options = ConsumeHooks & { concurrency?: number; redisUrl?: string }

function setUp(handle: MailboxHandler, options: Options = {}) {
  const { redis, prefix, url } = testRedis()
  const queues = createQueues(redis, { prefix })
  const consumer = consume('outbound', handle, { redisUrl: url, prefix, concurrency: 4, ...options })
  onTestFinished(async () => {
    await consumer.close(100)
    await queues.close()
  })
  return { queues, consumer, redis, prefix }
}

function setUpCounting(work: () => Promise<void>, options?: Options) {
  const seen: string[] = []
  let running = 0
  let most = 0
  const handle: MailboxHandler = async ({ mailboxId }) => {
    seen.push(mailboxId)
    most = Math.max(most, ++running)
    await work()
    running--
    return 'done'
  }
  return { ...setUp(handle, options), seen, mostAtOnce: () => most }
}

function setUpUntilAborted() {
  let aborted = 0
  const handle: MailboxHandler = async (_job, signal) => {
    await once(signal, 'abort')
    aborted++
    await wait(0)
    return 'done'
  }
  return { ...setUp(handle), aborted: () => aborted }
}

function latch() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}
