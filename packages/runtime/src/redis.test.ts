import { expect, onTestFinished, test } from 'vitest'
import { createLogger } from './logger.ts'
import { redisIsAway } from './redis-errors.ts'
import { closeRedis, connectRedis, ready, type RedisConnection, type RedisRole, untilReady } from './redis.ts'
import { eventually, redisProxy, testRedis } from './testing/index.ts'

test.each(['producer', 'ledger'] as const)('a %s fails at once while Redis is away', async (role) => {
  const { redis, proxy } = await setUp(role)
  await proxy.goDown()
  await eventually(() => expect(redis.status).toBe('reconnecting'))
  const attempts = attemptsOf(redis)
  const failure = await redis.ping().catch((error: unknown) => error)
  expect(attempts()).toBe(0)
  expect(redisIsAway(failure)).toBe(true)
})

test('a command that is under way when Redis goes fails at once', async () => {
  const { redis, proxy } = await setUp('ledger')
  proxy.hang()
  const failure = redis.ping().catch((error: unknown) => error)
  const attempts = attemptsOf(redis)
  await proxy.goDown()
  expect(redisIsAway(await failure)).toBe(true)
  expect(attempts()).toBe(0)
})

test('a Redis that does not answer counts as away within seconds', async () => {
  const { redis, proxy } = await setUp('ledger')
  proxy.hang()
  expect(redisIsAway(await redis.ping().catch((error: unknown) => error))).toBe(true)
})

test('a worker waits until Redis is back', async () => {
  const { redis, proxy } = await setUp('worker')
  await proxy.goDown()
  await eventually(() => expect(redis.status).not.toBe('ready'))
  const answer = redis.ping()
  await proxy.comeBack()
  expect(await answer).toBe('PONG')
})

test('connects again by itself, and logs an outage once when it begins and once when it ends', async () => {
  const { redis, proxy, lines } = await setUp('producer')
  await proxy.goDown()
  await eventually(() => expect(lines.join('')).toContain('redis is away'))
  await expect(ready(redis, 700)).rejects.toThrow('Redis was not ready within 0.7 s')
  await proxy.comeBack()
  await ready(redis)
  expect(await redis.ping()).toBe('PONG')
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    expect.stringContaining('redis is away'),
    'redis is back',
  ])
  expect(lines.join()).not.toContain('stack')
})

test('whoever waited for it, with or without success, leaves nothing behind', async () => {
  const { redis, proxy } = await setUp('ledger')
  const before = listenersOf(redis)
  await proxy.goDown()
  await eventually(() => expect(redis.status).toBe('reconnecting'))
  await Promise.all(Array.from({ length: 12 }, () => expect(ready(redis, 50)).rejects.toThrow('not ready')))
  expect(listenersOf(redis)).toEqual(before)
  const waiting = untilReady(redis)
  await proxy.comeBack()
  await waiting
  expect(listenersOf(redis)).toEqual(before)
  await closeRedis(redis)
  await eventually(() => expect(redis.status).toBe('end'))
  await expect(untilReady(redis)).rejects.toThrow('closed')
})

test('closes whether Redis is there or not', async () => {
  const { redis, proxy } = await setUp('worker')
  await proxy.goDown()
  await closeRedis(redis)
  await eventually(() => expect(redis.status).toBe('end'))

  const other = await setUp('worker')
  await closeRedis(other.redis)
  await eventually(() => expect(other.proxy.connections()).toBe(0))
})

test('tells a refused command from a Redis that is away', async () => {
  const { redis, prefix } = testRedis()
  await redis.set(prefix, 'text')
  expect(redisIsAway(await redis.incr(prefix).catch((error: unknown) => error))).toBe(false)
  expect(
    redisIsAway(await redis.eval("return redis.error_reply('OOM no room')", 0).catch((e: unknown) => e)),
  ).toBe(true)
  expect(redisIsAway(new Error('Something else'))).toBe(false)
})

/** How often it has tried to connect since: what fails at once waits for none. */
function attemptsOf(redis: RedisConnection): () => number {
  let attempts = 0
  redis.on('connecting', () => (attempts += 1))
  return () => attempts
}

function listenersOf(redis: RedisConnection): object {
  return Object.fromEntries(['ready', 'end', 'error'].map((name) => [name, redis.listenerCount(name)]))
}

async function setUp(role: RedisRole) {
  const proxy = await redisProxy()
  const lines: string[] = []
  const redis = connectRedis(proxy.url, {
    role,
    log: createLogger('tester', 'info', { write: (line) => void lines.push(line) }),
  })
  onTestFinished(() => closeRedis(redis))
  await ready(redis)
  return { redis, proxy, lines }
}
