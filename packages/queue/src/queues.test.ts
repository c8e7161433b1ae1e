import { eventually, redisProxy, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createQueues, QueueUnavailableError } from './index.ts'

describe('waking a mailbox', () => {
  test('puts one job with its id and nothing else into the queue', async () => {
    const { queues, redis, prefix } = setUp()
    await queues.outbound.wake('m1')
    await queues.outbound.wake('m1')
    await queues.outbound.wakeAll(['m1', 'm2', 'm2'])

    expect(await queues.outbound.counts()).toMatchObject({ waiting: 2, active: 0 })
    const jobs = await redis.keys(`{${prefix}:default:outbound}:outbound:[0-9]*`)
    const datas = await Promise.all(jobs.map((key) => redis.hget(key, 'data')))
    expect(new Set(datas)).toEqual(new Set(['{"mailboxId":"m1"}', '{"mailboxId":"m2"}']))
  })

  test('keeps all keys of a queue in one slot, apart from those of other queues', async () => {
    const { queues, redis, prefix } = setUp()
    for (const queue of [queues.outbound, queues.inbound, queues.deliveries]) await queue.wake('m1')

    const keys = await redis.keys(`*${prefix}*`)
    const tags = new Set(keys.map((key) => /^\{.*?\}/.exec(key)?.[0]))
    expect(tags).toEqual(
      new Set(['deliveries', 'inbound', 'outbound'].map((q) => `{${prefix}:default:${q}}`)),
    )
  })

  test('wakes more mailboxes than one command should take', async () => {
    const { queues } = setUp()
    await queues.inbound.wakeAll(Array.from({ length: 1_201 }, (_, i) => `m${i}`))
    expect((await queues.inbound.counts()).waiting).toBe(1_201)
  })

  test('refuses an id that is none', async () => {
    const { queues } = setUp()
    await expect(queues.outbound.wake('')).rejects.toThrow('mailboxId')
  })

  test('says how many jobs there are, to Prometheus', async () => {
    const { queues } = setUp()
    await queues.deliveries.wake('m1')
    const text = await queues.metrics()
    expect(text).toContain('bullmq_job_count{queue="deliveries", state="waiting", connection="default"} 1\n')
    expect(text.match(/# TYPE bullmq_job_count/g)).toHaveLength(1)
  })
})

/** How long a command waits for its answer at most: less than that waits for nothing. */
const commandLimitMs = 2_000

describe('while Redis is away', () => {
  test('waking fails at once, and works again when Redis is back', async () => {
    const { proxy, queues } = await setUpProxy()
    await eventually(() => queues.outbound.wake('m1'))
    await proxy.goDown()

    const startedAt = performance.now()
    await expect(queues.outbound.wake('m2')).rejects.toThrow(QueueUnavailableError)
    expect(await queues.outbound.wakeQuietly('m2')).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(commandLimitMs)

    await proxy.comeBack()
    await eventually(() => queues.outbound.wake('m2'))
    expect((await queues.outbound.counts()).waiting).toBe(2)
  })

  test('a process that starts then finds Redis later', async () => {
    const { proxy, queues } = await setUpProxy({ isDown: true })
    expect(await queues.inbound.wakeQuietly('m1')).toBe(false)
    await proxy.comeBack()
    await eventually(async () => expect(await queues.inbound.wakeQuietly('m1')).toBe(true))
  })

  test('a Redis that takes bytes and answers nothing is not waited for', async () => {
    const { proxy, queues } = await setUpProxy()
    await eventually(() => queues.outbound.wake('m1'))
    proxy.hang()
    expect(await queues.outbound.wakeQuietly('m2')).toBe(false)
  })
})

function setUp() {
  const { redis, prefix, url } = testRedis()
  const queues = createQueues(url, { prefix })
  onTestFinished(() => queues.close())
  return { queues, redis, prefix }
}

async function setUpProxy({ isDown = false } = {}) {
  const { prefix } = testRedis()
  const proxy = await redisProxy()
  if (isDown) await proxy.goDown()
  const queues = createQueues(proxy.url, { prefix })
  onTestFinished(() => queues.close())
  return { proxy, queues }
}
