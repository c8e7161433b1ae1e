import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@lockstep/local'

/** One Redis for the whole test run, unless TEST_REDIS_URL names one. Tests take theirs from `testRedis()`. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TEST_REDIS_URL']) return undefined

  const dir = await mkdtemp(join(tmpdir(), 'lockstep-test-redis-'))
  const redis = await startRedis({ dir, appendfsync: 'everysec' })
  process.env['TEST_REDIS_URL'] = redis.url

  return async () => {
    delete process.env['TEST_REDIS_URL']
    await redis.stop()
    await rm(dir, { recursive: true })
  }
}
