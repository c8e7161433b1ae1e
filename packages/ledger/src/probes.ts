import { sha256 } from './keys.ts'
import type { Store } from './store.ts'

export type ProbeLedger = {
  /** A token that proves whether Exchange reaches the ingress. It is for no mailbox, and ends by itself. */
  openProbe(lastsMs: number): Promise<string>
  /** Notes that Exchange called with this token; `false` if it is no probe's, or its time is over. */
  hearProbe(token: string, nowMs: number): Promise<boolean>
  /** When Exchange called with it, if it has. */
  probeHeardAt(token: string): Promise<number | undefined>
}

/** Tells a probe's token from a subscription's without asking Redis. */
const MARK = 'probe-'

export function createProbes({ keys, send }: Store, newToken: () => Promise<string>): ProbeLedger {
  const keyOf = (token: string) => keys.probe(sha256(token))
  return {
    async openProbe(lastsMs) {
      const token = `${MARK}${await newToken()}`
      await send((redis) => redis.set(keyOf(token), '', 'PX', lastsMs))
      return token
    },
    async hearProbe(token, nowMs) {
      if (!token.startsWith(MARK)) return false
      const stored = await send((redis) => redis.set(keyOf(token), nowMs, 'KEEPTTL', 'XX'))
      return stored === 'OK'
    },
    async probeHeardAt(token) {
      const heard = await send((redis) => redis.get(keyOf(token)))
      return heard ? Number(heard) : undefined
    },
  }
}
