import { TransportError } from './transport-error.ts'

/** Aborts its signal when nothing was heard for too long. */
export class Silence {
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout

  constructor(ms: number) {
    this.#timer = this.#abortAfter(ms)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** A sign of life; the next one has to come within `ms`. */
  heard(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = this.#abortAfter(ms)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #abortAfter(ms: number): NodeJS.Timeout {
    const silent = () => this.#controller.abort(new TransportError('timeout', 'SILENT', { effect: 'none' }))
    return setTimeout(silent, ms)
  }
}
