/** Counts the calls that come in, and how many are under way at once. */
export class Traffic {
  readonly #calls = new Map<string, number>()
  readonly #byAccount = new Peak()
  readonly #byMailbox = new Peak()
  #total = 0

  get calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#calls)
  }

  get total(): number {
    return this.#total
  }

  /** The most calls ever under way at once, for each account. */
  get mostInFlight(): Readonly<Record<string, number>> {
    return this.#byAccount.most
  }

  /** The same for each mailbox that was acted on. */
  get mostInFlightByMailbox(): Readonly<Record<string, number>> {
    return this.#byMailbox.most
  }

  count(operation: string): void {
    this.#total++
    this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1)
  }

  /** Notes that a call of an account begins; the function that it returns notes the end. */
  begin(account: string): () => void {
    return this.#byAccount.begin(account)
  }

  /** Notes that a call begins to act on a mailbox; the function that it returns notes the end. */
  beginOn(mailbox: string): () => void {
    return this.#byMailbox.begin(mailbox.toLowerCase())
  }

  reset(): void {
    this.#calls.clear()
    this.#byAccount.reset()
    this.#byMailbox.reset()
    this.#total = 0
  }
}

class Peak {
  readonly #now = new Map<string, number>()
  readonly #most = new Map<string, number>()

  get most(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#most)
  }

  begin(key: string): () => void {
    const now = (this.#now.get(key) ?? 0) + 1
    this.#now.set(key, now)
    if (now > (this.#most.get(key) ?? 0)) this.#most.set(key, now)
    return () => void this.#now.set(key, (this.#now.get(key) ?? 1) - 1)
  }

  reset(): void {
    this.#most.clear()
  }
}
