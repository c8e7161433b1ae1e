import type { Listener } from './listener.ts'

/** Opens and closes listeners while the simulator runs: for refused connections and restarts. */
export class Gate {
  readonly #onUnexpected: (error: unknown) => void
  #listeners: readonly Listener[] = []
  #isRefusing = false
  #restart: NodeJS.Timeout | undefined

  constructor(onUnexpected: (error: unknown) => void) {
    this.#onUnexpected = onUnexpected
  }

  guard(listeners: readonly Listener[]): void {
    this.#listeners = listeners
    this.#settle()
  }

  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing
    this.#settle()
  }

  restart(downMs: number): void {
    clearTimeout(this.#restart)
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      this.#settle()
    }, downMs)
    this.#settle()
  }

  close(): void {
    clearTimeout(this.#restart)
    this.#listeners = []
  }

  #settle(): void {
    const isOpen = !this.#isRefusing && !this.#restart
    for (const listener of this.#listeners) {
      ;(isOpen ? listener.open() : listener.close()).catch(this.#onUnexpected)
    }
  }
}
