import type { Told } from './interest.ts'

/** An open GetStreamingEvents call, as a subscription sees it. */
export type StreamConnection = {
  /** There is something to fetch. */
  wake(): void
  /** The subscription ended, or another connection took it over. */
  lost(id: string, code: 'ErrorSubscriptionNotFound' | 'ErrorNewEventStreamConnectionOpened'): void
}

const mostWaiting = 10_000

/** Keeps events until the one connection that it may have fetches them. */
export class StreamingSubscription {
  readonly id: string
  readonly #timeoutMs: number
  #waiting: Told[] = []
  #connection: StreamConnection | undefined
  #lastUse = Date.now()

  /** `timeoutMs`: how long it outlives its connection. */
  constructor(id: string, timeoutMs: number) {
    this.id = id
    this.#timeoutMs = timeoutMs
  }

  get isExpired(): boolean {
    if (this.#waiting.length > mostWaiting) return true
    return !this.#connection && Date.now() - this.#lastUse > this.#timeoutMs
  }

  tell(told: readonly Told[]): void {
    this.#waiting.push(...told)
    this.#connection?.wake()
  }

  take(): Told[] {
    const taken = this.#waiting
    this.#waiting = []
    return taken
  }

  connect(connection: StreamConnection): void {
    this.#connection?.lost(this.id, 'ErrorNewEventStreamConnectionOpened')
    this.#connection = connection
    if (this.#waiting.length > 0) connection.wake()
  }

  disconnect(connection: StreamConnection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#lastUse = Date.now()
  }

  end(): void {
    this.#connection?.lost(this.id, 'ErrorSubscriptionNotFound')
    this.#connection = undefined
  }
}
