import { expect, test } from 'vitest'
import { testRedis } from './test-redis.ts'

let used = ''

test('gives a Redis that works', async () => {
  const { redis, prefix } = testRedis()
  used = prefix
  await redis.set(`${prefix}:a`, '1')
  await redis.set(`{${prefix}:b001}:c`, '2')
  expect(await redis.get(`${prefix}:a`)).toBe('1')
})

test('leaves no key of a test that is over', async () => {
  const { redis, prefix } = testRedis()
  expect(prefix).not.toBe(used)
  expect(await redis.exists(`${used}:a`, `{${used}:b001}:c`)).toBe(0)
})
