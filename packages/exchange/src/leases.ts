import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Direction } from './calendar-gateway.ts'
import { script } from './script.ts'

export type Lease = { readonly direction: Direction; readonly name: string }
export type Taken =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | { readonly kind: 'denied' }
  | { readonly kind: 'quiet'; readonly restMs: number }

/** A killed process's share is back after this long. Longer than an event loop that is busy may be away. */
const defaultLeaseMs = 5_000
/** How long a process counts as waiting since it last asked. */
const waitMemoryMs = 500
/** Redis is away if it does not answer for this long; some clients would wait for ever. */
const answerMs = 2_000

const take = script('take')
const renew = script('renew')
const backOff = script('back-off')

type Options = {
  readonly redis: Redis | Cluster
  readonly prefix: string
  readonly mostInFlight: number
  readonly leaseMs?: number
}

/**
 * The account's calls in flight as leases in Redis, and the time before which nobody may call.
 *
 * Own scripts: the semaphore that a library offers (redis-semaphore 5.8) polls for every waiter by itself, in no order,
 * and knows neither the directions' shares nor a `notBefore`, which would cost each call another round trip and leave a
 * gap between the two.
 */
export class Leases {
  readonly #options: Required<Options>
  readonly #process = randomUUID()
  readonly #held = new Map<string, Lease>()
  readonly #timer: NodeJS.Timeout
  #count = 0

  constructor(options: Options) {
    this.#options = { leaseMs: defaultLeaseMs, ...options }
    this.#timer = setInterval(() => void this.#renew(), this.#options.leaseMs * 0.3)
  }

  /** Asks for one lease. @throws if Redis does not answer */
  async take(direction: Direction, stillWaits: boolean): Promise<Taken> {
    const other = direction === 'outbound' ? 'inbound' : 'outbound'
    const keys = [
      this.#key('notBefore'),
      this.#key(`leases:${direction}`),
      this.#key(`leases:${other}`),
      this.#key(`waiting:${direction}`),
      this.#key(`waiting:${other}`),
    ]
    this.#count += 1
    const { redis, mostInFlight, leaseMs } = this.#options
    const asked = take(
      redis,
      keys,
      this.#process,
      this.#count,
      mostInFlight,
      leaseMs,
      waitMemoryMs,
      stillWaits ? 1 : 0,
    )
    const [verdict, restMs] = (await answered(asked)) as [number, number]

    if (verdict < 0) return { kind: 'quiet', restMs }
    if (verdict === 0) return { kind: 'denied' }
    const lease = { direction, name: `${this.#process}/${this.#count}` }
    this.#held.set(lease.name, lease)
    return { kind: 'granted', lease }
  }

  /** Gives a lease back. If Redis is away it expires by itself. */
  async release({ direction, name }: Lease): Promise<void> {
    this.#held.delete(name)
    await answered(this.#options.redis.zrem(this.#key(`leases:${direction}`), name)).catch(() => {})
  }

  async backOff(ms: number): Promise<void> {
    await answered(backOff(this.#options.redis, [this.#key('notBefore')], Math.ceil(ms)))
  }

  /** Renews nothing any more: what is held comes back by itself, as if the process had died. */
  forget(): void {
    clearInterval(this.#timer)
  }

  async close(): Promise<void> {
    this.forget()
    await Promise.all([...this.#held.values()].map((lease) => this.release(lease)))
  }

  async #renew(): Promise<void> {
    const { redis, leaseMs } = this.#options
    for (const [direction, leases] of Map.groupBy(this.#held.values(), (lease) => lease.direction)) {
      const names = leases.map(({ name }) => name)
      await answered(renew(redis, [this.#key(`leases:${direction}`)], leaseMs, ...names)).catch(() => {})
    }
  }

  #key(name: string): string {
    return keyOf(this.#options.prefix, name)
  }
}

/** How long all of us still have to keep quiet. @throws if Redis does not answer */
export async function quietForMs(redis: Redis | Cluster, prefix: string): Promise<number> {
  return Math.max(0, await answered(redis.pttl(keyOf(prefix, 'notBefore'))))
}

/** All keys lie in one Cluster slot, since one script touches them. */
function keyOf(prefix: string, name: string): string {
  return `${prefix.includes('{') ? prefix : `{${prefix}}`}:budget:${name}`
}

async function answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Redis does not answer')), answerMs)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}
