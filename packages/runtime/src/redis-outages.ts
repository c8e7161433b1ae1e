import type { Logger } from './logger.ts'
import { isRefusal, redisTroubleOf } from './redis-errors.ts'

/**
 * Tells of outages of Redis: one line when one begins, one every half a minute while it lasts, and one when it is over,
 * however many connections feel it and however much fails meanwhile.
 */
export type Outages = {
  began(connection: object, error?: Error): void
  ended(connection: object): void
  /** The connection was closed by ourselves. */
  closed(connection: object): void
  /** Whether something failed for Redis' sake: that is told here, and whoever met it need not tell it. */
  isToBlame(error: unknown): boolean
}

const unsaid = 'the connection broke'
const mend = 'check REDIS_URL, and that Redis runs'

export function watchOutages(log: Logger, sayEveryMs = 30_000): Outages {
  const without = new Set<object>()
  let sinceMs = 0
  let reason = unsaid
  let timer: NodeJS.Timeout | undefined
  let refusedMs = -Infinity

  function sayAgain(): void {
    const awayMs = Date.now() - sinceMs
    log.warn({ reason, awayMs, mend }, 'redis is still away, trying to connect again and again')
  }

  /** Says whether that was the last connection that felt it. */
  function isOverFor(connection: object): boolean {
    if (!without.delete(connection) || without.size > 0) return false
    clearInterval(timer)
    return true
  }

  return {
    began(connection, error) {
      const isFirst = without.size === 0
      without.add(connection)
      reason = error?.message ?? (isFirst ? unsaid : reason)
      if (!isFirst) return log.debug({ reason }, 'could not connect to redis')
      sinceMs = Date.now()
      timer = setInterval(sayAgain, sayEveryMs)
      log.warn({ reason, mend }, 'redis is away: all work waits, trying to connect again and again')
    },
    ended(connection) {
      if (isOverFor(connection)) log.info({ awayMs: Date.now() - sinceMs }, 'redis is back')
    },
    closed: (connection) => void isOverFor(connection),
    isToBlame(error) {
      const trouble = redisTroubleOf(error)
      if (trouble === undefined) return false
      const isDue = isRefusal(trouble) && without.size === 0 && Date.now() - refusedMs >= sayEveryMs
      if (isDue) {
        refusedMs = Date.now()
        log.warn(
          { reason: trouble.message },
          'redis does not serve: what needs it waits, and is tried again and again',
        )
      }
      return true
    },
  }
}
