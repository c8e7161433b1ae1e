import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { type RedisOptions, startRedis } from './redis.ts'

test('stores every write before it answers, refuses rather than forgets, and listens to this machine only', async () => {
  const { redis } = await setUp()
  const setting = async (name: string) => (await redis.config('GET', name))[1]
  expect(await setting('appendonly')).toBe('yes')
  expect(await setting('appendfsync')).toBe('always')
  expect(await setting('maxmemory-policy')).toBe('noeviction')
  expect(await setting('hz')).toBe('100')
  expect(await setting('hash-max-ziplist-value')).toBe('1024')
  expect(await setting('bind')).toBe('127.0.0.1')
  expect(await setting('save')).toBe('')
})

test('holds its data over a stop, and over a crash', async () => {
  const { redis, start, running } = await setUp()
  await redis.set('a', '1')
  await running.stop()

  const second = await start()
  expect(await second.redis.get('a')).toBe('1')
  await second.redis.set('b', '2')
  process.kill(second.running.pid, 'SIGKILL')
  await second.running.exited

  const third = await start({ port: second.running.port })
  expect(third.running.url).toBe(second.running.url)
  expect(await third.redis.mget('a', 'b')).toEqual(['1', '2'])
})

test('two do not share a folder', async () => {
  const { start } = await setUp()
  await expect(start()).rejects.toThrow(`is in use by process ${process.pid}`)
})

test('takes no other Redis for its own', async () => {
  const { running, start } = await setUp()
  await expect(start({ port: running.port, dir: aFolder() })).rejects.toThrow(
    `port ${running.port}: it is in use`,
  )
})

test('says why it did not start', async () => {
  const dir = aFolder()
  writeFileSync(join(dir, 'nodes.conf'), 'nonsense')
  await expect(startRedis({ dir, cluster: true })).rejects.toThrow(
    /Redis did not start in .*\n[^]*corrupted cluster config/,
  )
})

test('serves all slots of a Cluster by itself, also after a restart', async () => {
  const { running, start, dir } = await setUp({ cluster: true })
  const inCluster = async (port: number) => {
    const cluster = new Cluster([{ host: '127.0.0.1', port }])
    await cluster.set('{b001}:x', '1')
    await cluster.set('{b002}:x', '2')
    const values = await Promise.all([cluster.get('{b001}:x'), cluster.get('{b002}:x')])
    await cluster.quit()
    return values
  }
  expect(await inCluster(running.port)).toEqual(['1', '2'])
  await running.stop()
  const again = await start({ cluster: true, dir })
  expect(await inCluster(again.running.port)).toEqual(['1', '2'])
})

async function setUp(options: Partial<RedisOptions> = {}) {
  const dir = aFolder()
  const start = async (changes: Partial<RedisOptions> = {}) => {
    const running = await startRedis({ dir, ...options, ...changes })
    onTestFinished(() => running.stop())
    const redis = new Redis(running.url)
    redis.on('error', () => {})
    onTestFinished(() => redis.disconnect())
    return { running, redis }
  }
  return { dir, start, ...(await start()) }
}

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-redis-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
