import { setTimeout as wait } from 'node:timers/promises'
import { ExchangeUnavailableError } from './errors.ts'

const mostWaits = 40

/**
 * Makes a call when no other process tries the same secret: one that has not proven right is tried by one at a time, and
 * what that one learns, the others know. Just after a start that is the rule.
 */
export async function whenNobodyElseTries<Result>(
  call: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await call()
    } catch (error) {
      const isOnTrial = error instanceof ExchangeUnavailableError && error.code === 'LOGON_ON_TRIAL'
      if (!isOnTrial || waits === mostWaits || signal?.aborted) throw error
      await wait(error.retryAfterMs, undefined, signal && { signal }).catch(() => {})
    }
  }
}
