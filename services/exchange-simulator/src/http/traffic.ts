/** Counts the calls that come in, and how many are under way at once. */
export class Traffic {
  readonly #calls = new Map<string, number>()
  readonly #inFlight = new Map<string, number>()
  readonly #mostInFlight = new Map<string, number>()
  #total = 0

  get calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#calls)
  }

  get total(): number {
    return this.#total
  }

  /** The most calls ever under way at once, for each account. */
  get mostInFlight(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#mostInFlight)
  }

  count(operation: string): void {
    this.#total++
    this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1)
  }

  /** Notes that a call begins; the function that it returns notes the end. */
  begin(account: string): () => void {
    const now = (this.#inFlight.get(account) ?? 0) + 1
    this.#inFlight.set(account, now)
    this.#mostInFlight.set(account, Math.max(now, this.#mostInFlight.get(account) ?? 0))
    return () => void this.#inFlight.set(account, (this.#inFlight.get(account) ?? 1) - 1)
  }

  reset(): void {
    this.#calls.clear()
    this.#mostInFlight.clear()
    this.#total = 0
  }
}
