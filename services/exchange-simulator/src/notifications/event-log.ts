import type { StoreEvent } from '../store/store.ts'
import { invalidWatermark } from './watermark.ts'

const mostEvents = 50_000

/** The latest events of the whole store, for those who come back with a watermark. */
export class EventLog {
  #events: StoreEvent[] = []
  #floor: number

  /** Nothing is known of what happened up to `floor`. */
  constructor(floor: number) {
    this.#floor = floor
  }

  append(event: StoreEvent): void {
    this.#events.push(event)
    if (this.#events.length < 2 * mostEvents) return
    this.#events = this.#events.slice(-mostEvents)
    this.#floor = (this.#events[0]?.seq ?? this.#floor + 1) - 1
  }

  /** The events after `seq`, oldest first; refuses what is not remembered any more. */
  *after(seq: number, head: number): Generator<StoreEvent> {
    if (seq < this.#floor || seq > head) throw invalidWatermark()
    for (let index = this.#firstAfter(seq); index < this.#events.length; index++) yield this.#events[index]!
  }

  #firstAfter(seq: number): number {
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#events[middle]!.seq <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
