import type { Crew } from './crew.ts'
import { type RunningRedis, startRedis } from './redis.ts'
import { supervise } from './supervise.ts'

/** Redis ends after everything that uses it. */
const LAST_STAGE = 0

/** Keeps a Redis of the demo's own running, always at the same address; resolves with that once it answers. */
export async function superviseRedis(crew: Crew, dir: string, say: (line: string) => void): Promise<string> {
  crew.stopping.throwIfAborted()
  const { promise: url, resolve } = Promise.withResolvers<string>()
  let port: number | undefined
  let redis: RunningRedis | undefined

  const start = async () => {
    redis = await startRedis({ dir, log: say, ...(port !== undefined && { port }) })
    const { pid, exited, stop } = redis
    port = redis.port
    resolve(redis.url)
    return {
      pid,
      exited: exited.then(() => ({ code: null, signal: null })),
      terminate: () => void stop(),
      kill: () => void stop(),
    }
  }
  const member = supervise({ name: 'redis', start, say })
  crew.add(member, LAST_STAGE)
  return Promise.race([url, crew.failed])
}
