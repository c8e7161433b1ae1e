import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger, type Logger } from '@lockstep/runtime'
import { Redis } from 'ioredis'

export type Hit = { where: string; text: string }

/** Every place in Redis, key names included, whose text has any of the canaries in it. */
export async function findInRedis(url: string, canaries: readonly string[]): Promise<Hit[]> {
  const redis = new Redis(url)
  const hits: Hit[] = []
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    for (const key of keys) {
      const texts = [{ where: 'name of the key', text: key }, ...(await textsOf(redis, key))]
      for (const { where, text } of texts)
        if (holdsAny(text, canaries)) hits.push({ where: `${key} ${where}`, text })
    }
  }
  await redis.quit()
  return hits
}

/** The files of a folder whose bytes have any of the canaries in them: what Redis ever wrote to its log. */
export async function findInFiles(dir: string, canaries: readonly string[]): Promise<string[]> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const hits = await Promise.all(
    files.map(async ({ parentPath, name }) =>
      holdsAny((await readFile(join(parentPath, name))).toString('utf8'), canaries) ? [name] : [],
    ),
  )
  return hits.flat()
}

/** A logger that says everything, and what it said. */
export function listeningLogger(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  return { log: createLogger('test', 'debug', { write: (line) => void lines.push(line) }), lines }
}

export function holdsAny(text: string, canaries: readonly string[]): boolean {
  return canaries.some((canary) => text.includes(canary))
}

async function textsOf(redis: Redis, key: string): Promise<Hit[]> {
  switch (await redis.type(key)) {
    case 'string':
      return [{ where: 'value', text: (await redis.get(key)) ?? '' }]
    case 'hash':
      return Object.entries(await redis.hgetall(key)).map(([where, text]) => ({ where, text: where + text }))
    case 'list':
      return numbered(await redis.lrange(key, 0, -1))
    case 'set':
      return numbered(await redis.smembers(key))
    case 'zset':
      return numbered(await redis.zrange(key, '0', '-1'))
    case 'stream':
      return (await redis.xrange(key, '-', '+')).map(([where, fields]) => ({ where, text: fields.join(' ') }))
    default:
      return []
  }
}

function numbered(texts: readonly string[]): Hit[] {
  return texts.map((text, index) => ({ where: String(index), text }))
}
