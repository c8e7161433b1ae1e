import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'

/** The Redis that the test run started (test/support/redis.ts). */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL']
  if (url) return url
  throw new Error(
    'TEST_REDIS_URL is not set. Run the tests with `vitest run --config test/vitest.config.ts`.',
  )
}

/**
 * A connection to a real Redis and a key prefix of the test's own; both are gone when the test ends.
 * Every key that contains the prefix is removed, wherever a Cluster tag's braces stand.
 */
export function testRedis(): { redis: Redis; prefix: string; url: string } {
  const url = testRedisUrl()
  const prefix = `test-${randomUUID()}`
  const redis = new Redis(url, { maxRetriesPerRequest: null })

  onTestFinished(async () => {
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 }) as AsyncIterable<
      string[]
    >) {
      if (keys.length > 0) await redis.unlink(keys)
    }
    await redis.quit()
  })
  return { redis, prefix, url }
}
