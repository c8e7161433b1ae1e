import type { Cluster, Redis } from 'ioredis'

/** The last refusal of an account's logon. `mark` tells one secret from another. */
export type Refusal = {
  readonly mark: string
  readonly code: string
  readonly times: number
  /** Nobody tries this secret again before. */
  readonly untilMs: number
}

/** What all processes know of an account's logons. */
export type LogonMemory = {
  refusal(): Promise<Refusal | undefined>
  hasWorked(mark: string): Promise<boolean>
  /** Takes the right to try a secret that has not proven right; `false` if somebody else is trying it. */
  claim(mark: string, ms: number): Promise<boolean>
  release(mark: string): Promise<void>
  refused(refusal: Refusal): Promise<void>
  worked(mark: string): Promise<void>
}

const rememberMs = 90 * 86_400_000

/** In Redis, beside the account's budget. */
export function redisLogonMemory(redis: Redis | Cluster, prefix: string): LogonMemory {
  const key = (name: string) => `${prefix.includes('{') ? prefix : `{${prefix}}`}:logon:${name}`
  return {
    async refusal() {
      const text = await redis.get(key('refusal'))
      return text === null ? undefined : (JSON.parse(text) as Refusal)
    },
    hasWorked: async (mark) => (await redis.get(key('worked'))) === mark,
    claim: async (mark, ms) => (await redis.set(key(`trial:${mark}`), '1', 'PX', ms, 'NX')) === 'OK',
    release: async (mark) => void (await redis.del(key(`trial:${mark}`))),
    refused: async (refusal) =>
      void (await redis.set(key('refusal'), JSON.stringify(refusal), 'PX', rememberMs)),
    async worked(mark) {
      await redis.set(key('worked'), mark, 'PX', rememberMs)
      await redis.del(key('refusal'))
    },
  }
}

/** For one process alone, such as a check from the command line. */
export function localLogonMemory(): LogonMemory {
  let last: Refusal | undefined
  let proven: string | undefined
  const trials = new Set<string>()
  return {
    refusal: async () => last,
    hasWorked: async (mark) => proven === mark,
    claim: async (mark) => !trials.has(mark) && trials.add(mark).has(mark),
    release: async (mark) => void trials.delete(mark),
    refused: async (refusal) => void (last = refusal),
    async worked(mark) {
      proven = mark
      last = undefined
    },
  }
}
