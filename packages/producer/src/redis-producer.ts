import type { AdmissionRules } from '@lockstep/domain'
import { createLedger, LedgerUnavailableError } from '@lockstep/ledger'
import { createQueues, readySoon } from '@lockstep/queue'
import { Redis } from 'ioredis'
import { toCloudEvent } from './event.ts'
import { LockstepUnavailableError, type Producer } from './producer.ts'
import { takeEvents } from './take-events.ts'

export type RedisProducerOptions = {
  redisUrl: string
  /** The deployment's `KEY_PREFIX`. */
  prefix: string
  /** The Exchange organisation that the mailboxes belong to. `default` if the deployment has one only. */
  connection?: string
  source: string
  rules?: AdmissionRules
  onError?: (error: Error) => void
}

const RETRY_AFTER_MS = 2_000

/** Puts events straight into Lockstep's Redis, with the same contract and the same admission as over HTTP. */
export function createRedisProducer(options: RedisProducerOptions): Producer {
  const { redisUrl, prefix, connection = 'default', source, rules, onError = () => {} } = options
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
  })
  redis.on('error', onError)
  const ledger = createLedger(redis, { prefix, connection })
  const queues = createQueues(redis, { prefix, connection, onError })

  return {
    send: async (events) => {
      try {
        await readySoon(redis)
        const written = events.map((event) => toCloudEvent(event, source))
        return await takeEvents(written, { ledger, queues, rules, onError })
      } catch (error) {
        if (!(error instanceof LedgerUnavailableError)) throw error
        throw new LockstepUnavailableError('Redis is unavailable', RETRY_AFTER_MS, { cause: error })
      }
    },
    close: async () => {
      await queues.close()
      if (redis.status === 'ready') await redis.quit().catch(() => {})
      redis.disconnect()
    },
  }
}
