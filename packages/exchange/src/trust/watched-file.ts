import { readFileSync, statSync } from 'node:fs'

/** A file is looked at again after this long at the earliest: often enough for people, seldom enough for the disk. */
const lookEveryMs = 1_000

/** A file whose newest content counts. One that is away or cannot be used for the moment leaves the last good one. */
export class WatchedFile<Content> {
  readonly #path: string
  readonly #read: (bytes: Buffer) => Content
  #content: Content
  #state: string
  #lookedMs = performance.now()

  /** @throws whatever reading throws, now and not later */
  constructor(path: string, read: (bytes: Buffer) => Content) {
    this.#path = path
    this.#read = read
    this.#state = stateOf(path)
    this.#content = read(readFileSync(path))
  }

  current(): Content {
    if (performance.now() - this.#lookedMs >= lookEveryMs) this.refresh()
    return this.#content
  }

  /** Looks at the file now, if it changed. */
  refresh(): Content {
    this.#lookedMs = performance.now()
    try {
      const state = stateOf(this.#path)
      if (state !== this.#state) {
        this.#content = this.#read(readFileSync(this.#path))
        this.#state = state
      }
    } catch {
      // Written at this moment, or wrong: the next look finds it whole, and until then the last one counts.
    }
    return this.#content
  }
}

function stateOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path)
  return `${mtimeMs} ${size} ${ino}`
}
