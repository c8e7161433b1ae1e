import { LedgerUnavailableError } from '@lockstep/ledger'
import { type Logger, type RedisConnection, untilReady } from '@lockstep/runtime'

/** Does something that needs Redis as soon as Redis is there, and again if it goes away meanwhile. */
export async function onceRedisIsThere<Result>(
  { redis, log }: { redis: RedisConnection; log: Logger },
  action: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    await untilReady(redis, log)
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error
      log.warn({ err: error }, 'redis went away at the start, trying again')
      await new Promise((resolve) => void setTimeout(resolve, againMs))
    }
  }
}

const againMs = 1_000
