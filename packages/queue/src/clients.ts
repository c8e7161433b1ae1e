import { type Cluster, Redis } from 'ioredis'

/** A client, or the address of a single Redis for which one is made. Pass a client for a Redis Cluster. */
export type RedisSource = string | Redis | Cluster

export type Client = {
  readonly redis: Redis | Cluster
  /** Closes the client if it was made here; one that was passed in belongs to whoever made it. */
  close(): Promise<void>
}

const retryStrategy = (times: number) => Math.min(times * 200, 2_000)

/** For adding jobs: fails at once while Redis is away. */
export function producerClient(source: RedisSource, onError: (error: Error) => void): Client {
  return clientFor(source, onError, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
  })
}

/** For taking jobs: waits as long as Redis is away. */
export function workerClient(source: RedisSource, onError: (error: Error) => void): Client {
  return clientFor(source, onError, { maxRetriesPerRequest: null })
}

function clientFor(source: RedisSource, onError: (error: Error) => void, options: object): Client {
  if (typeof source !== 'string') return { redis: source, close: async () => {} }

  const redis = new Redis(source, { retryStrategy, connectTimeout: 5_000, ...options })
  redis.on('error', onError)
  return {
    redis,
    close: async () => {
      if (redis.status === 'ready') await redis.quit().catch(() => {})
      redis.disconnect()
    },
  }
}
