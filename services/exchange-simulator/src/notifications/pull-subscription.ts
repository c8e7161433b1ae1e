import type { Store } from '../store/store.ts'
import type { EventLog } from './event-log.ts'
import { type Interest, tellingsOf, type Told } from './interest.ts'

const mostEventsAtOnce = 1_000

export type PulledEvents = { told: Told[]; previous: number; current: number; hasMore: boolean }

/** Keeps no events of its own: the client's watermark says where in the log to read on. */
export class PullSubscription {
  readonly #interest: Interest
  readonly #timeoutMs: number
  readonly #softDeleteMoves: boolean
  #lastUse = Date.now()

  constructor(interest: Interest, timeoutMs: number, softDeleteMoves: boolean) {
    this.#interest = interest
    this.#timeoutMs = timeoutMs
    this.#softDeleteMoves = softDeleteMoves
  }

  /** A subscription that nobody asks for events in time ends. */
  get isExpired(): boolean {
    return Date.now() - this.#lastUse > this.#timeoutMs
  }

  read(watermark: number, log: EventLog, store: Store): PulledEvents {
    this.#lastUse = Date.now()
    const told: Told[] = []
    for (const event of log.after(watermark, store.seq)) {
      if (told.length >= mostEventsAtOnce) {
        return { told, previous: watermark, current: told.at(-1)?.event.seq ?? watermark, hasMore: true }
      }
      told.push(...tellingsOf(event, this.#interest, this.#softDeleteMoves))
    }
    const current = told.at(-1)?.event.seq ?? store.seq
    return { told, previous: watermark, current, hasMore: false }
  }

  end(): void {
    // Nothing waits.
  }
}
