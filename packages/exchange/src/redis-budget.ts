import type { Cluster, Redis } from 'ioredis'
import type { Budget, Spending } from './budget.ts'
import type { Direction } from './calendar-gateway.ts'
import { ExchangeUnavailableError } from './errors.ts'
import { type Lease, Leases } from './leases.ts'
import { Waiters } from './waiters.ts'

export type RedisBudgetOptions = {
  readonly redis: Redis | Cluster
  /** One for each impersonation account. */
  readonly prefix: string
  /** Most calls in flight, over all processes. */
  readonly mostInFlight: number
  /** A call that has not begun after this is given up. */
  readonly waitMs: number
}

type Waiter = { grant(lease: Lease): void; refuse(error: Error): void }

/** How often a process asks again while leases are out in other processes. Its own come back at once. */
const askEveryMs = 20
const directions: readonly Direction[] = ['outbound', 'inbound']

/** The budget of an account in Redis. */
export class RedisBudget implements Budget {
  readonly #leases: Leases
  readonly #waitMs: number
  readonly #waiting: Record<Direction, Waiters<Waiter>> = { outbound: new Waiters(), inbound: new Waiters() }
  #isAsking = false
  #mustAskAgain = false
  #timer: NodeJS.Timeout | undefined
  #quietUntilMs = 0

  constructor({ waitMs, ...options }: RedisBudgetOptions) {
    this.#leases = new Leases(options)
    this.#waitMs = waitMs
  }

  async spend<Result>(spending: Spending, call: () => Promise<Result>): Promise<Result> {
    const lease = await this.#turn(spending)
    try {
      return await call()
    } finally {
      await this.#leases.release(lease)
      this.#ask()
    }
  }

  async backOff(ms: number): Promise<void> {
    // Without Redis there is no budget and so no call; there is nothing to tell anybody.
    await this.#leases.backOff(ms).catch(() => {})
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#refuseAll(unavailable('BUDGET_UNAVAILABLE', 1_000))
    await this.#leases.close()
  }

  async #turn({ mailbox, direction = 'inbound', signal }: Spending): Promise<Lease> {
    if (signal?.aborted) throw unavailable('ABORTED', 0)
    const { promise, resolve: grant, reject: refuse } = Promise.withResolvers<Lease>()
    const waiter: Waiter = { grant, refuse }
    const line = this.#waiting[direction]
    const giveUp = (error: Error) => {
      line.remove(mailbox, waiter)
      refuse(error)
    }
    const timer = setTimeout(() => giveUp(this.#lateError()), this.#waitMs)
    const onAbort = () => giveUp(unavailable('ABORTED', 0))
    signal?.addEventListener('abort', onAbort, { once: true })

    line.add(mailbox, waiter)
    this.#ask()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #lateError(): Error {
    const quietMs = this.#quietUntilMs - performance.now()
    return quietMs > 0 ? unavailable('BACKING_OFF', quietMs) : unavailable('BUDGET_EXHAUSTED', 1_000)
  }

  /** Asks for leases as long as somebody waits and some are granted. Never twice at a time. */
  #ask(): void {
    this.#mustAskAgain = true
    if (this.#isAsking) return
    this.#isAsking = true
    clearTimeout(this.#timer)
    void this.#askForAll().finally(() => {
      this.#isAsking = false
      if (this.#mustAskAgain) this.#ask()
    })
  }

  async #askForAll(): Promise<void> {
    this.#mustAskAgain = false
    try {
      const outcomes = []
      for (const direction of directions) {
        if (this.#waiting[direction].size > 0) outcomes.push(await this.#askFor(direction))
      }
      if (outcomes.includes('granted')) this.#mustAskAgain = true
      else if (outcomes.length > 0) this.#timer = setTimeout(() => this.#ask(), askEveryMs)
    } catch {
      this.#refuseAll(unavailable('BUDGET_UNAVAILABLE', 1_000))
    }
  }

  async #askFor(direction: Direction): Promise<'granted' | 'denied'> {
    const line = this.#waiting[direction]
    const taken = await this.#leases.take(direction, line.size > 1)
    if (taken.kind === 'quiet') {
      this.#keepQuiet(taken.restMs)
      return 'denied'
    }
    if (taken.kind === 'denied') return 'denied'

    const waiter = line.shift()
    if (waiter) waiter.grant(taken.lease)
    else await this.#leases.release(taken.lease)
    return 'granted'
  }

  /** Nobody's turn comes while all keep quiet. Who could not wait that long hears it at once. */
  #keepQuiet(restMs: number): void {
    this.#quietUntilMs = performance.now() + restMs
    if (restMs > this.#waitMs) this.#refuseAll(unavailable('BACKING_OFF', restMs))
  }

  #refuseAll(error: Error): void {
    for (const direction of directions)
      for (const waiter of this.#waiting[direction].drain()) waiter.refuse(error)
  }
}

function unavailable(code: string, retryAfterMs: number): ExchangeUnavailableError {
  return new ExchangeUnavailableError(code, retryAfterMs, { effect: 'none' })
}
