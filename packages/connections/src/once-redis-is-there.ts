import { LedgerUnavailableError } from '@lockstep/ledger'
import { type Outages, type RedisConnection, untilReady } from '@lockstep/runtime'

/** Does something that needs Redis as soon as Redis is there, and again if it goes away meanwhile. */
export async function onceRedisIsThere<Result>(
  { redis, outages }: { redis: RedisConnection; outages: Outages },
  action: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    await untilReady(redis)
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError) || !outages.isToBlame(error)) throw error
      await new Promise((resolve) => void setTimeout(resolve, againMs))
    }
  }
}

const againMs = 1_000
