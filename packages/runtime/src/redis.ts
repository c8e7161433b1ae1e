import { Cluster, Redis } from 'ioredis'
import type { Logger } from './logger.ts'

/**
 * What a connection is for. `producer` and `ledger` would rather fail at once than wait for a Redis that is
 * away; `worker` waits as long as it takes, as BullMQ's workers must.
 */
export type RedisRole = 'producer' | 'worker' | 'ledger'
export type RedisConnection = Redis | Cluster

const COMMAND_LIMIT_MS = 2_000
const CONNECT_LIMIT_MS = 5_000

const retryStrategy = (times: number) => Math.min(times * 200, 2_000)

/**
 * Connects to one Redis, or to a Redis Cluster (several addresses separated by commas, or `?cluster=true`).
 * It reconnects for ever, and logs each outage once when it begins and once when it ends.
 *
 * The connection is being made when this returns: await `ready` before the first command.
 */
export function connectRedis(url: string, { role, log }: { role: RedisRole; log: Logger }): RedisConnection {
  const addresses = url.split(',').map((address) => new URL(address))
  const isCluster = addresses.length > 1 || addresses.some((address) => address.searchParams.has('cluster'))
  const redis = isCluster ? connectCluster(addresses, role) : new Redis(url, optionsFor(role))
  logOutages(redis, log.child({ role }))
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

function logOutages(redis: RedisConnection, log: Logger): void {
  let awaySince: number | undefined
  const away = (error?: Error) => {
    if (awaySince !== undefined) return
    awaySince = Date.now()
    log.warn({ err: error }, 'redis is away')
  }
  redis.on('error', away)
  redis.on('reconnecting', () => away())
  redis.on('ready', () => {
    if (awaySince === undefined) return
    log.info({ awayMs: Date.now() - awaySince }, 'redis is back')
    awaySince = undefined
  })
}

/** Resolves once the connection takes commands; rejects if it does not within `timeoutMs`. */
export async function ready(redis: RedisConnection, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return
  let cause: unknown
  const note = (error: Error) => void (cause = error)
  redis.on('error', note)
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve)
      redis.once('end', () => reject(new RedisAwayError('The connection to Redis is closed', { cause })))
      AbortSignal.timeout(timeoutMs).addEventListener('abort', () =>
        reject(new RedisAwayError(`Redis was not ready within ${timeoutMs / 1_000} s`, { cause })),
      )
    })
  } finally {
    redis.off('error', note)
  }
}

/** Waits for Redis as long as it takes, and says so now and then. @throws {RedisAwayError} once it is closed */
export async function untilReady(redis: RedisConnection, log: Logger, sayEveryMs = 10_000): Promise<void> {
  for (;;) {
    try {
      await ready(redis, sayEveryMs)
      return
    } catch (error) {
      if (redis.status === 'end') throw error
      log.warn(
        { err: (error as Error).cause ?? error },
        'waiting for redis: check REDIS_URL, and that it runs',
      )
    }
  }
}

/** Closes a connection: after the answers that are still to come if Redis is there, at once if not. */
export async function closeRedis(redis: RedisConnection): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => {})
  redis.disconnect()
}

export class RedisAwayError extends Error {
  override name = 'RedisAwayError'
}

/** Error replies that mean "not now" rather than "not like this". */
const refusals = /^(OOM|MISCONF|LOADING|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY)\b/
/** ioredis gives these failures no class and no code. */
const absences = /Stream isn't writeable|Connection is closed|Command timed out|Command aborted|isn't ready/

/** Whether a command failed because Redis is away, full or not ready: nothing was wrong with the command. */
export function redisIsAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (
    ['RedisAwayError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError', 'AbortError'].includes(
      error.name,
    )
  ) {
    return true
  }
  const pattern = error.name === 'ReplyError' ? refusals : absences
  return pattern.test(error.message)
}
