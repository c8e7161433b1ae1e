/** Waits in line, the mailboxes served in turn: one with a hundred calls does not hold up one with a single call. */
export class Waiters<Waiter> {
  readonly #lines = new Map<string, Waiter[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(mailbox: string, waiter: Waiter): void {
    const line = this.#lines.get(mailbox)
    if (line) line.push(waiter)
    else this.#lines.set(mailbox, [waiter])
    this.#size += 1
  }

  /** The next in turn; its mailbox then goes to the end. */
  shift(): Waiter | undefined {
    const [next] = this.#lines
    if (!next) return undefined
    const [mailbox, line] = next
    const waiter = line.shift()
    this.#lines.delete(mailbox)
    if (line.length > 0) this.#lines.set(mailbox, line)
    this.#size -= 1
    return waiter
  }

  remove(mailbox: string, waiter: Waiter): void {
    const line = this.#lines.get(mailbox)
    const index = line?.indexOf(waiter) ?? -1
    if (!line || index < 0) return
    line.splice(index, 1)
    if (line.length === 0) this.#lines.delete(mailbox)
    this.#size -= 1
  }

  /** Everybody who waits, in no particular order. The line is empty afterwards. */
  drain(): Waiter[] {
    const all = [...this.#lines.values()].flat()
    this.#lines.clear()
    this.#size = 0
    return all
  }
}
