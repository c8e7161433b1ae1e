/** Lets one wait for something to happen, or for a time. What happened before is not missed. */
export class Latch {
  #isSet = false
  #open: (() => void) | undefined

  set(): void {
    this.#isSet = true
    this.#open?.()
  }

  /** Resolves once it was set since the last wait, or after `ms`. */
  async wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#isSet) resolve()
    this.#open = resolve
    const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, ms)) : undefined
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#isSet = false
      this.#open = undefined
    }
  }
}
