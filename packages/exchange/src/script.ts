import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'

export type Script = (
  redis: Redis | Cluster,
  keys: readonly string[],
  ...args: (string | number)[]
) => Promise<unknown>

/** A script from src/lua, sent by its digest and in full only to a Redis that does not have it. */
export function script(name: string): Script {
  const source = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')
  const digest = createHash('sha1').update(source).digest('hex')

  return async (redis, keys, ...args) => {
    try {
      return await redis.evalsha(digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return redis.eval(source, keys.length, ...keys, ...args)
    }
  }
}
