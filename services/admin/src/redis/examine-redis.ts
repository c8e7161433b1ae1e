import { inOrder, type Finding, type Part, type Step } from '@lockstep/exchange/doctor'
import { type RedisConnection, redisIsAway } from '@lockstep/runtime'
import type { RedisTrouble } from './why-away.ts'

/** Older ones lack commands that queues and ledger use. */
const oldest = [6, 2] as const

const mends = {
  REDIS_AWAY: 'Check REDIS_URL (host, port, password, rediss: for TLS) and the firewall.',
  REDIS_REFUSES_US: 'Give the right user and password in REDIS_URL: redis://user:password@host:6379.',
  REDIS_TOO_OLD: `Lockstep needs Redis ${oldest.join('.')} or newer.`,
  REDIS_NOT_DURABLE:
    'Set appendonly yes and appendfsync always (infra/redis.conf): what was accepted is lost otherwise when Redis stops.',
  REDIS_MAY_EVICT:
    'Set maxmemory-policy noeviction: any other one throws away what was accepted when memory runs short.',
} as const

type Code = keyof typeof mends
type Info = Readonly<Record<string, string>>

/** Whether Redis is there and keeps what it is given. */
export function examineRedis(
  redis: RedisConnection | undefined,
  trouble: RedisTrouble | undefined,
): AsyncGenerator<Step> {
  let info: Info = {}
  const parts: Part[] = [
    {
      name: 'redis',
      async examine() {
        const found = redis && (await infoOf(redis))
        const { code, why } = trouble ?? { code: 'REDIS_AWAY' as const, why: 'no answer in time' }
        if (!found) return fault('failed', code, `Redis does not answer: ${why}`)
        info = found
        return verdictOnVersion(info['redis_version'] ?? '')
      },
    },
    { name: 'redis durability', examine: async () => verdictOnDurability(redis!, info), isVital: false },
    { name: 'redis eviction', examine: async () => verdictOnEviction(info), isVital: false },
  ]
  return inOrder(parts)
}

async function infoOf(redis: RedisConnection): Promise<Info | undefined> {
  try {
    const lines = (await redis.info()).split(/\r?\n/).filter((line) => line.includes(':'))
    return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s) as [string, string]))
  } catch (error) {
    if (redisIsAway(error)) return undefined
    throw error
  }
}

function verdictOnVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1])
  return isOld
    ? fault('failed', 'REDIS_TOO_OLD', `Redis ${version}`)
    : { outcome: 'ok', says: `Redis ${version}` }
}

async function verdictOnDurability(redis: RedisConnection, info: Info): Promise<Finding> {
  if (info['aof_enabled'] !== '1')
    return fault('warning', 'REDIS_NOT_DURABLE', 'Redis keeps no append-only file')
  const how = await appendFsyncOf(redis)
  if (how === 'always') return { outcome: 'ok', says: 'every write is on the disk before it is answered' }
  if (how === undefined)
    return { outcome: 'ok', says: 'there is an append-only file (how it is synced is not shown)' }
  return { outcome: 'ok', says: `appendfsync is ${how}: a crash loses the last second of what was accepted` }
}

/** Services in the cloud do not show it. */
async function appendFsyncOf(redis: RedisConnection): Promise<string | undefined> {
  try {
    const [, value] = await redis.config('GET', 'appendfsync')
    return value
  } catch {
    return undefined
  }
}

function verdictOnEviction(info: Info): Finding {
  const policy = info['maxmemory_policy'] ?? 'not shown'
  return policy === 'noeviction' || policy === 'not shown'
    ? { outcome: 'ok', says: `maxmemory-policy is ${policy}` }
    : fault('failed', 'REDIS_MAY_EVICT', `maxmemory-policy is ${policy}`)
}

function fault(outcome: 'failed' | 'warning', code: Code, says: string): Finding {
  return { outcome, code, says, mend: mends[code] }
}
