/** Chance that can be replayed: the same seed gives the same choices. */
export type Random = {
  /** 0 to 1, 1 excluded. */
  next(): number
  /** 0 to `limit`, `limit` excluded. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<Choice>(choices: readonly Choice[]): Choice
  /** One of the keys, as often as its weight says. */
  weighted<Choice extends string>(weights: Readonly<Partial<Record<Choice, number>>>): Choice
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  // Mulberry32: small, and good enough to choose among a few things.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (choices) => choices[below(choices.length)]!,
    weighted<Choice extends string>(weights: Readonly<Partial<Record<Choice, number>>>) {
      const entries = Object.entries(weights) as [Choice, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries[0]!)[0]
    },
  }
}
