import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Store } from './store.ts'

export type TokenLedger = {
  /** A new token for a subscription or a probe: 256 bits of chance, and a seal that shows that we gave it out. */
  newToken(): Promise<string>
  /**
   * Whether we gave out this token, as its seal shows: strangers' guesses are known without asking Redis. Whether it still
   * counts, only `heard` can say.
   */
  isOurToken(token: string): Promise<boolean>
}

const chanceBytes = 32
const sealBytes = 16
const form = /^(?:probe-)?([\w-]{64})$/

/** The key is read anew this often at most: another one is there only if Redis was lost or put back. */
const readEveryMs = 5_000

/**
 * The key of the seal lies in Redis, for all processes. It is no secret that opens anything: a token that nobody saved
 * leads nowhere, sealed or not.
 */
export function createTokens({ keys, send }: Store): TokenLedger {
  let known: { key: string; readMs: number } | undefined
  let reading: Promise<string> | undefined

  const read = async (): Promise<string> => {
    await send((redis) => redis.setnx(keys.tokenSeal, randomBytes(chanceBytes).toString('base64url')))
    const key = (await send((redis) => redis.get(keys.tokenSeal)))!
    known = { key, readMs: performance.now() }
    return key
  }
  const readOnce = async () => {
    reading ??= read().finally(() => (reading = undefined))
    return reading
  }

  return {
    async newToken() {
      const chance = randomBytes(chanceBytes)
      return Buffer.concat([chance, sealOf(chance, await readOnce())]).toString('base64url')
    },
    async isOurToken(token) {
      const sealed = form.exec(token)?.[1]
      if (sealed === undefined) return false
      const { key, readMs } = known ?? { key: await readOnce(), readMs: performance.now() }
      if (isSealed(sealed, key)) return true
      return performance.now() - readMs > readEveryMs && isSealed(sealed, await readOnce())
    },
  }
}

function isSealed(token: string, key: string): boolean {
  const bytes = Buffer.from(token, 'base64url')
  return timingSafeEqual(bytes.subarray(chanceBytes), sealOf(bytes.subarray(0, chanceBytes), key))
}

function sealOf(chance: Buffer, key: string): Buffer {
  return createHmac('sha256', key).update(chance).digest().subarray(0, sealBytes)
}
