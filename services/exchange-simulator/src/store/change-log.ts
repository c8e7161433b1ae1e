export type LogEntry = {
  seq: number
  kind: 'created' | 'changed' | 'removed'
  itemId: string
  createdSeq: number
}

export type Position = {
  /** Everything up to here is known to the reader. */
  base: number
  /** In a run of several pages: the creations and the other changes already read, and where the run ends. */
  created: number
  changed: number
  head: number
}

export type Page = {
  created: string[]
  changed: string[]
  removed: string[]
  position: Position
  isLast: boolean
}

export const start: Position = { base: 0, created: 0, changed: 0, head: 0 }

const mostDeadEntries = 1_000

/**
 * The changes of one folder in order. A reader that follows its own position
 * gets each item once in a run, as a creation if it did not know the item,
 * whatever happened to it in between.
 */
export class ChangeLog {
  #entries: LogEntry[] = []
  readonly #created = new Map<string, number>()
  readonly #latest = new Map<string, number>()
  readonly #dead = new Set<number>()

  /** How many items ever left the folder. */
  removals = 0

  get head(): number {
    return this.#entries.at(-1)?.seq ?? 0
  }

  /** Adds an entry. `superseded` are the numbers of the entries that no reader needs any more. */
  append(kind: LogEntry['kind'], itemId: string, seq: number): { entry: LogEntry; superseded: number[] } {
    const created = this.#created.get(itemId)
    const latest = this.#latest.get(itemId)
    const superseded = kind === 'created' || latest === undefined || latest === created ? [] : [latest]
    if (kind === 'removed' && created !== undefined) superseded.push(created)
    const entry = { kind, itemId, seq, createdSeq: kind === 'created' ? seq : (created ?? 0) }
    this.restore(entry)
    for (const dead of superseded) this.#dead.add(dead)
    if (this.#dead.size > mostDeadEntries && this.#dead.size > this.#entries.length / 2) this.#compact()
    return { entry, superseded }
  }

  /** Takes an entry that was written before. */
  restore(entry: LogEntry): void {
    this.#entries.push(entry)
    if (entry.kind === 'removed') {
      this.removals++
      this.#created.delete(entry.itemId)
      this.#latest.delete(entry.itemId)
      return
    }
    if (entry.kind === 'created') this.#created.set(entry.itemId, entry.seq)
    this.#latest.set(entry.itemId, entry.seq)
  }

  #compact(): void {
    this.#entries = this.#entries.filter(({ seq }) => !this.#dead.has(seq))
    this.#dead.clear()
  }

  /** Reads on from `from`, at most `max` items. */
  read(from: Position, max: number, ignored: ReadonlySet<string> = new Set()): Page {
    const isNewRun = from.head === 0
    const run = isNewRun ? { base: from.base, created: from.base, changed: from.base, head: this.head } : from
    const page: Page = { created: [], changed: [], removed: [], position: run, isLast: false }
    const created = this.#readCreated(run, max, page.created, ignored)
    const room = max - page.created.length
    const changed = created.done
      ? this.#readChanged(run, room, page, ignored)
      : { at: run.changed, done: false }
    page.isLast = changed.done
    page.position = changed.done
      ? { base: run.head, created: 0, changed: 0, head: 0 }
      : { base: run.base, created: created.at, changed: changed.at, head: run.head }
    return page
  }

  #readCreated(run: Position, max: number, into: string[], ignored: ReadonlySet<string>): Progress {
    for (let index = this.#after(run.created); index < this.#entries.length; index++) {
      const entry = this.#entries[index]!
      if (entry.seq > run.head) break
      if (entry.kind !== 'created' || this.#created.get(entry.itemId) !== entry.seq) continue
      if (ignored.has(entry.itemId)) continue
      if (into.length === max) return { at: entry.seq - 1, done: false }
      into.push(entry.itemId)
    }
    return { at: run.head, done: true }
  }

  #readChanged(run: Position, max: number, page: Page, ignored: ReadonlySet<string>): Progress {
    let room = max
    // A reader that knows nothing has nothing to be told about changes.
    if (run.base === 0) return { at: run.head, done: true }
    for (let index = this.#after(run.changed); index < this.#entries.length; index++) {
      const entry = this.#entries[index]!
      if (entry.seq > run.head) break
      if (!this.#isNews(entry, run.base) || ignored.has(entry.itemId)) continue
      if (room === 0) return { at: entry.seq - 1, done: false }
      room--
      page[entry.kind === 'removed' ? 'removed' : 'changed'].push(entry.itemId)
    }
    return { at: run.head, done: true }
  }

  #isNews(entry: LogEntry, base: number): boolean {
    if (entry.kind === 'created' || entry.createdSeq > base) return false
    return entry.kind === 'removed' || this.#latest.get(entry.itemId) === entry.seq
  }

  /** The index of the first entry past `seq`. */
  #after(seq: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle]!.seq <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}

type Progress = { at: number; done: boolean }
