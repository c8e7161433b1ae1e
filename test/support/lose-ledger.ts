import { Redis } from 'ioredis'

/** Everything that Lockstep keeps in Redis is gone for good, from under the processes that run. */
export async function loseLedger(env: Readonly<Record<string, string>>): Promise<void> {
  const redis = new Redis(env['REDIS_URL']!)
  const prefix = env['KEY_PREFIX'] ?? 'lockstep'
  const found = redis.scanStream({ match: `*${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>
  for await (const keys of found) if (keys.length > 0) await redis.unlink(keys)
  await redis.quit()
}
