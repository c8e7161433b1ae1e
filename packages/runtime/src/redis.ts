import { Cluster, Redis } from 'ioredis'
import type { Logger } from './logger.ts'
import { RedisAwayError } from './redis-errors.ts'
import { type Outages, watchOutages } from './redis-outages.ts'

/**
 * What a connection is for. `producer` and `ledger` would rather fail at once than wait for a Redis that is
 * away; `worker` waits as long as it takes, as BullMQ's workers must.
 */
export type RedisRole = 'producer' | 'worker' | 'ledger'
export type RedisConnection = Redis | Cluster

const COMMAND_LIMIT_MS = 2_000
const CONNECT_LIMIT_MS = 5_000
/** Each connection of a deployment, and each of its queues, listens to the same client. More than this is a leak. */
const MOST_LISTENERS = 1_000

/** Who tells of the outages of a connection. */
const tellers = new WeakMap<RedisConnection, Outages>()

const retryStrategy = (times: number) => Math.min(times * 200, 2_000)

/**
 * Connects to one Redis, or to a Redis Cluster (several addresses separated by commas, or `?cluster=true`).
 * It reconnects for ever. Outages are told by `outages`, which the connections of a process share.
 *
 * The connection is being made when this returns: await `ready` before the first command.
 */
export function connectRedis(
  url: string,
  { role, log, outages = watchOutages(log) }: { role: RedisRole; log: Logger; outages?: Outages },
): RedisConnection {
  const addresses = url.split(',').map((address) => new URL(address))
  const isCluster = addresses.length > 1 || addresses.some((address) => address.searchParams.has('cluster'))
  const redis = isCluster ? connectCluster(addresses, role) : new Redis(url, optionsFor(role))
  redis.setMaxListeners(MOST_LISTENERS)
  redis.on('error', (error: Error) => outages.began(redis, error))
  redis.on('reconnecting', () => outages.began(redis))
  redis.on('ready', () => outages.ended(redis))
  redis.on('end', () => outages.closed(redis))
  tellers.set(redis, outages)
  return redis
}

function optionsFor(role: RedisRole) {
  const common = { retryStrategy, connectTimeout: CONNECT_LIMIT_MS }
  if (role === 'worker') return { ...common, maxRetriesPerRequest: null }
  return {
    ...common,
    enableOfflineQueue: false,
    // What was sent when the connection broke fails at once too: the caller knows best whether to repeat it.
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_LIMIT_MS,
  }
}

function connectCluster(addresses: URL[], role: RedisRole): Cluster {
  const { retryStrategy: clusterRetryStrategy, ...options } = optionsFor(role)
  const [{ protocol, username, password }] = addresses as [URL]
  const nodes = addresses.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) }))
  return new Cluster(nodes, {
    clusterRetryStrategy,
    enableOfflineQueue: role === 'worker',
    redisOptions: {
      ...options,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  })
}

/** Resolves once the connection takes commands; rejects if it is closed, or does not within `timeoutMs`. */
export async function ready(redis: RedisConnection, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let cause: unknown
  const note = (error: Error) => void (cause = error)
  const fail = (what: string) => reject(new RedisAwayError(what, { cause }))
  const onEnd = () => fail('The connection to Redis is closed')
  const onLate = () => fail(`Redis was not ready within ${timeoutMs / 1_000} s`)
  if (redis.status === 'end') onEnd()
  const timer = timeoutMs === Infinity ? undefined : setTimeout(onLate, timeoutMs)
  redis.on('ready', resolve).on('end', onEnd).on('error', note)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    redis.off('ready', resolve).off('end', onEnd).off('error', note)
  }
}

/** Waits for Redis as long as it takes. @throws {RedisAwayError} once the connection is closed */
export function untilReady(redis: RedisConnection): Promise<void> {
  return ready(redis, Infinity)
}

/** Closes a connection: after the answers that are still to come if Redis is there, at once if not. */
export async function closeRedis(redis: RedisConnection): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => {})
  redis.disconnect()
  // A connection that waits to be made again ends without a word.
  tellers.get(redis)?.closed(redis)
}
