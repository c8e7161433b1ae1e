import type { Told } from './interest.ts'

const heldAtMostMs = 1_000

/** Lets one telling be overtaken by the next of the same subscription, or come late where there is none. */
export class Reordering {
  readonly #held = new Map<object, { told: readonly Told[]; timer: NodeJS.Timeout }>()

  /** What to tell now. `hold` says whether this telling is to be overtaken. */
  next(
    subscription: object,
    told: readonly Told[],
    hold: () => boolean,
    tell: (told: readonly Told[]) => void,
  ): void {
    const held = this.#held.get(subscription)
    if (held) {
      this.#forget(subscription)
      return tell([...told, ...held.told])
    }
    if (!hold()) return tell(told)
    const timer = setTimeout(() => {
      this.#forget(subscription)
      tell(told)
    }, heldAtMostMs)
    this.#held.set(subscription, { told, timer })
  }

  clear(): void {
    for (const subscription of this.#held.keys()) this.#forget(subscription)
  }

  #forget(subscription: object): void {
    clearTimeout(this.#held.get(subscription)?.timer)
    this.#held.delete(subscription)
  }
}
