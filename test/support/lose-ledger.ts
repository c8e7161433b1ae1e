import { Redis } from 'ioredis'

/** Everything that Lockstep keeps in Redis is gone for good, from under the processes that run. */
export async function loseLedger(env: Readonly<Record<string, string>>): Promise<void> {
  const redis = new Redis(env['REDIS_URL']!)
  const prefix = env['KEY_PREFIX'] ?? 'lockstep'
  const found = redis.scanStream({ match: `*${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>
  for await (const keys of found) if (keys.length > 0) await redis.unlink(keys)
  await redis.quit()
}

/** Keeps a copy of all that is in Redis. What it gives puts the copy back, as a mailbox would look that was left alone. */
export async function copyLedger(env: Readonly<Record<string, string>>) {
  const redis = new Redis(env['REDIS_URL']!)
  const keys = await redis.keys(`*${env['KEY_PREFIX']}*`)
  const copied = await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const))
  await redis.quit()

  return async ({ followedMsAgo }: { followedMsAgo: number }): Promise<void> => {
    await loseLedger(env)
    const again = new Redis(env['REDIS_URL']!)
    for (const [key, dump] of copied) {
      if (dump) await again.restore(key, 0, dump, 'REPLACE')
      if (dump && (await again.type(key)) === 'hash' && (await again.hexists(key, 'current')))
        await again.hset(key, 'current', Date.now() - followedMsAgo)
    }
    await again.quit()
  }
}
