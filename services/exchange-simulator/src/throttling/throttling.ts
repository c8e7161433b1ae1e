import { EwsError } from '../soap/errors.ts'
import { Budget } from './budget.ts'
import { type ThrottlingPolicy, unthrottled } from './policy.ts'

export type Caller = { account: string; isImpersonating: boolean; isHanging: boolean }

export type Permit =
  /** `end` says how the call's time is charged. */
  | { kind: 'granted'; delayMs: number; end: () => void }
  | { kind: 'excess'; error: EwsError }
  | { kind: 'busy'; form: ThrottlingPolicy['busyAs']; backOffMs: number | undefined }

export type ThrottlingCounts = { excess: number; busy: number; delayed: number }

/** Holds accounts to the policy. Under impersonation an account has a second budget, as in Exchange. */
export class Throttling {
  #policy: ThrottlingPolicy
  #budgets = new Map<string, Budget>()
  readonly #inFlight = new Map<string, number>()
  readonly #onChange: (policy: ThrottlingPolicy) => void
  #counts: ThrottlingCounts = { excess: 0, busy: 0, delayed: 0 }

  constructor(policy: Partial<ThrottlingPolicy> | undefined, onChange: (policy: ThrottlingPolicy) => void) {
    this.#policy = { ...unthrottled, ...policy }
    this.#onChange = onChange
    onChange(this.#policy)
  }

  get policy(): ThrottlingPolicy {
    return this.#policy
  }

  get counts(): Readonly<ThrottlingCounts> {
    return this.#counts
  }

  /** Changes what is given; budgets start full again. */
  change(policy: Partial<ThrottlingPolicy>): void {
    this.#policy = { ...this.#policy, ...policy }
    this.#budgets.clear()
    this.#onChange(this.#policy)
  }

  reset(policy: Partial<ThrottlingPolicy> = {}): void {
    this.#counts = { excess: 0, busy: 0, delayed: 0 }
    this.change({ ...unthrottled, ...policy })
  }

  /** Asks whether a call may go on. Whoever was granted one must end it. */
  ask(caller: Caller): Permit {
    const { maxConcurrency, maxHangingConnections } = this.#policy
    const key = `${caller.account}${caller.isImpersonating ? ' impersonating' : ''}`
    const place = `${key}${caller.isHanging ? ' hanging' : ''}`
    const now = this.#inFlight.get(place) ?? 0
    if (now >= ((caller.isHanging ? maxHangingConnections : maxConcurrency) ?? Infinity)) {
      this.#counts.excess++
      return { kind: 'excess', error: tooManyConnections() }
    }
    const budget = this.#budgetOf(key)
    const restMs = budget?.restMs(Date.now()) ?? 0
    return restMs > 0 ? this.#refuse(restMs) : this.#grant(place, caller.isHanging ? undefined : budget)
  }

  #grant(place: string, budget: Budget | undefined): Permit {
    const delayMs = budget?.delayMs(Date.now()) ?? 0
    if (delayMs > 0) this.#counts.delayed++
    this.#inFlight.set(place, (this.#inFlight.get(place) ?? 0) + 1)
    const startedAt = performance.now()
    const end = (): void => {
      this.#inFlight.set(place, (this.#inFlight.get(place) ?? 1) - 1)
      budget?.spend(performance.now() - startedAt)
    }
    return { kind: 'granted', delayMs, end }
  }

  #refuse(restMs: number): Permit {
    this.#counts.busy++
    const { busyAs, backOffMs } = this.#policy
    return { kind: 'busy', form: busyAs, backOffMs: backOffMs === 'rest' ? restMs : (backOffMs ?? undefined) }
  }

  #budgetOf(key: string): Budget | undefined {
    const { budget: limits } = this.#policy
    if (!limits) return undefined
    const budget = this.#budgets.get(key) ?? new Budget(limits, Date.now())
    this.#budgets.set(key, budget)
    return budget
  }
}

function tooManyConnections(): EwsError {
  return new EwsError(
    'ErrorExceededConnectionCount',
    'You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.',
  )
}
