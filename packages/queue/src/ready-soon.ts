import { once } from 'node:events'
import type { Cluster, Redis } from 'ioredis'

/** How long a connection that is being made is waited for. */
const CONNECT_GRACE_MS = 1_000

/** Whether the client takes commands: now, or within a moment if it is connecting. Otherwise says so at once. */
export async function readySoon(redis: Redis | Cluster): Promise<boolean> {
  if (redis.status === 'wait') void redis.connect().catch(() => {})
  if (['connecting', 'connect'].includes(redis.status) && !isReady(redis)) {
    const timeout = AbortSignal.timeout(CONNECT_GRACE_MS)
    const settled = new AbortController()
    const signal = AbortSignal.any([timeout, settled.signal])
    // `once` rejects on an error event, and that answers the question too.
    await Promise.race([once(redis, 'ready', { signal }), once(redis, 'close', { signal })]).catch(() => {})
    settled.abort()
  }
  return isReady(redis)
}

/** ioredis calls a connected Cluster `connect` as well as `ready`. */
export function isReady(redis: Redis | Cluster): boolean {
  return redis.status === 'ready' || (redis.isCluster && redis.status === 'connect')
}
