import { readFileSync, statSync } from 'node:fs'

/** A file is looked at again after this long at the earliest: often enough for people, seldom enough for the disk. */
const lookEveryMs = 1_000

const newline = Buffer.from('\n')

/**
 * A file whose newest content counts, or several that belong together, read as one. What is away or cannot be used for
 * the moment leaves the last good content.
 */
export class WatchedFile<Content> {
  readonly #paths: readonly string[]
  readonly #read: (bytes: Buffer) => Content
  readonly #onProblem: (error: Error) => void
  #content: Content
  #state: string
  #problem: { readonly state: string; readonly looks: number } | undefined
  #lookedMs = performance.now()

  /**
   * @param onProblem hears once of each state of the file that cannot be used
   * @throws whatever reading throws, now and not later
   */
  constructor(
    paths: string | readonly string[],
    read: (bytes: Buffer) => Content,
    onProblem: (error: Error) => void = () => {},
  ) {
    this.#paths = [paths].flat()
    this.#read = read
    this.#onProblem = onProblem
    this.#state = stateOf(this.#paths)
    this.#content = read(bytesOf(this.#paths))
  }

  current(): Content {
    if (performance.now() - this.#lookedMs >= lookEveryMs) this.refresh()
    return this.#content
  }

  /** Looks at the file now, if it changed. */
  refresh(): Content {
    this.#lookedMs = performance.now()
    const state = stateOf(this.#paths)
    if (state === this.#state) return this.#content
    try {
      this.#content = this.#read(bytesOf(this.#paths))
      this.#state = state
      this.#problem = undefined
    } catch (error) {
      this.#tell(state, error as Error)
    }
    return this.#content
  }

  /** A file that is written at this moment is whole at the next look; until then the last one counts. */
  #tell(state: string, error: Error): void {
    const looks = this.#problem?.state === state ? this.#problem.looks + 1 : 1
    this.#problem = { state, looks }
    if (looks === 2) this.#onProblem(error)
  }
}

function bytesOf(paths: readonly string[]): Buffer {
  const [first, ...rest] = paths.map((path) => readFileSync(path))
  return rest.length === 0 ? first! : Buffer.concat([first!, ...rest.flatMap((bytes) => [newline, bytes])])
}

function stateOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const { mtimeMs, size, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
      return `${mtimeMs} ${size} ${ino}`
    })
    .join()
}
