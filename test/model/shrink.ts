import type { History, Round } from './action.ts'

/**
 * Leaves out of a failing history what it fails without: rounds, then actions, in ever smaller pieces, until nothing
 * more can go or time is up. What depends on chance may survive; the shortest that was seen to fail is returned.
 */
export async function shrink(
  history: History,
  fails: (candidate: History) => Promise<boolean>,
  endMs: number,
): Promise<History> {
  const rounds = await fewer(history.rounds, (kept) => fails({ ...history, rounds: kept }), endMs)
  let smallest: History = { ...history, rounds }
  for (let index = rounds.length - 1; index >= 0; index--) {
    const withRound = (actions: Round): History => ({
      ...smallest,
      rounds: smallest.rounds.map((round, place) => (place === index ? actions : round)),
    })
    const kept = await fewer(smallest.rounds[index]!, (actions) => fails(withRound(actions)), endMs)
    smallest = withRound(kept)
  }
  return smallest
}

/** Delta debugging, by complements. */
async function fewer<Element>(
  all: readonly Element[],
  fails: (kept: readonly Element[]) => Promise<boolean>,
  endMs: number,
): Promise<readonly Element[]> {
  let kept = all
  for (let size = Math.ceil(all.length / 2); size >= 1 && kept.length > 0; size = Math.floor(size / 2)) {
    for (let start = 0; start < kept.length && Date.now() < endMs;) {
      const without = [...kept.slice(0, start), ...kept.slice(start + size)]
      if (await fails(without)) kept = without
      else start += size
    }
  }
  return kept
}
