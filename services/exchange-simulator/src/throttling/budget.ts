export type BudgetLimits = {
  readonly burstMs: number
  readonly rechargeMsPerHour: number
  readonly cutoffMs: number
}

const hourMs = 3_600_000

/**
 * The time that one account may keep the server busy. It starts full, calls
 * use it up, and it fills again at a steady rate. Below zero calls are slowed
 * down; once the debt reaches the cutoff they are refused until it is paid.
 */
export class Budget {
  readonly #limits: BudgetLimits
  #balanceMs: number
  #at: number
  #isCutOff = false

  constructor(limits: BudgetLimits, now: number) {
    this.#limits = limits
    this.#balanceMs = limits.burstMs
    this.#at = now
  }

  /** How long the account is to be refused; 0 if it may call. */
  restMs(now: number): number {
    this.#recharge(now)
    if (this.#balanceMs <= -this.#limits.cutoffMs) this.#isCutOff = true
    else if (this.#balanceMs >= 0) this.#isCutOff = false
    return this.#isCutOff ? Math.ceil((-this.#balanceMs * hourMs) / this.#limits.rechargeMsPerHour) : 0
  }

  /** How long a call is held up: in proportion to the debt, as Exchange's micro-delays are. */
  delayMs(now: number): number {
    this.#recharge(now)
    if (this.#balanceMs >= 0 || this.#limits.cutoffMs === 0) return 0
    return Math.round((longestDelayMs * -this.#balanceMs) / this.#limits.cutoffMs)
  }

  spend(ms: number): void {
    this.#balanceMs -= ms
  }

  #recharge(now: number): void {
    const { burstMs, rechargeMsPerHour } = this.#limits
    const gained = ((now - this.#at) * rechargeMsPerHour) / hourMs
    this.#balanceMs = Math.min(burstMs, this.#balanceMs + gained)
    this.#at = now
  }
}

const longestDelayMs = 1_000
