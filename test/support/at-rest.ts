import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createLogger, type Logger } from '@lockstep/runtime'
import { Redis } from 'ioredis'
import { holdsAny } from './disguises.ts'

export { holdsAny } from './disguises.ts'

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
      holdsAny((await readFile(join(parentPath, name))).toString('latin1'), canaries) ? [name] : [],
    ),
  )
  return hits.flat()
}

/**
 * Has Redis write both of its files anew, so that they hold what it holds now and nothing of what it held before;
 * uncompressed, so that a text in them can be found.
 */
export async function rewriteFiles(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.config('SET', 'rdbcompression', 'no')
  await redis.bgrewriteaof()
  while (/aof_rewrite_(in_progress|scheduled):1/.test(await redis.info('persistence'))) await wait(20)
  await redis.save()
  await redis.quit()
}

export type Places = {
  readonly redis: { readonly url: string; readonly dir: string }
  /** What processes have written, by their name. */
  readonly outputs: Readonly<Record<string, readonly string[]>>
  /** What anybody may read over HTTP. */
  readonly answers: Readonly<Record<string, string>>
}

/** Where any of the canaries is: in Redis, in its files, in what processes wrote, in what is answered. */
export async function scan(
  { redis, outputs, answers }: Places,
  canaries: readonly string[],
): Promise<string[]> {
  await rewriteFiles(redis.url)
  const inRedis = await findInRedis(redis.url, canaries)
  const inFiles = await findInFiles(redis.dir, canaries)
  const inOutputs = Object.entries(outputs).filter(([, lines]) =>
    lines.some((line) => holdsAny(line, canaries)),
  )
  const inAnswers = Object.entries(answers).filter(([, text]) => holdsAny(text, canaries))
  return [
    ...inRedis.map(({ where }) => `Redis: ${where}`),
    ...inFiles.map((name) => `file: ${name}`),
    ...inOutputs.map(([name]) => `output: ${name}`),
    ...inAnswers.map(([name]) => `answer: ${name}`),
  ]
}

/** A logger that says everything, and what it said. */
export function listeningLogger(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  return { log: createLogger('test', 'debug', { write: (line) => void lines.push(line) }), lines }
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
    case 'none':
      return []
    default:
      throw new Error(`nobody looks into a key of this kind: ${key}`)
  }
}

function numbered(texts: readonly string[]): Hit[] {
  return texts.map((text, index) => ({ where: String(index), text }))
}
