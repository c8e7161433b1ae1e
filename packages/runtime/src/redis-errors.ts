export class RedisAwayError extends Error {
  override name = 'RedisAwayError'
}

/** Error replies that mean "not now" rather than "not like this". */
const refusals = /^(OOM|MISCONF|LOADING|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY)\b/
/** ioredis gives these failures no class and no code. */
const absences = /Stream isn't writeable|Connection is closed|Command timed out|Command aborted|isn't ready/
const absent = ['RedisAwayError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError', 'AbortError']
/** What the ledger and the queues make of it; they are built on this package, so their classes are unknown here. */
const wrapping = ['LedgerUnavailableError', 'QueueUnavailableError']
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** Whether a command failed because Redis is away, full or not ready: nothing was wrong with the command. */
export function redisIsAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (absent.includes(error.name)) return true
  const pattern = error.name === 'ReplyError' ? refusals : absences
  return pattern.test(error.message)
}

/** What Redis, or the way to it, said that made this fail; `undefined` if it failed of something else. */
export function redisTroubleOf(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  if (redisIsAway(error) || isNetworkTrouble(error)) return error
  if (wrapping.includes(error.name)) return redisTroubleOf(error.cause) ?? error
  return error.name === 'ProblemError' ? redisTroubleOf(error.cause) : undefined
}

/** Whether Redis is there and refuses to serve. */
export function isRefusal(error: Error): boolean {
  return error.name === 'ReplyError'
}

function isNetworkTrouble({ name, code }: NodeJS.ErrnoException): boolean {
  return name === 'Error' && code !== undefined && network.has(code)
}
