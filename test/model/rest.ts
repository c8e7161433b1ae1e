import { setTimeout as wait } from 'node:timers/promises'
import type { Violation } from './oracle.ts'

type Options = {
  /** What is wrong at present. */
  look: () => Promise<Violation[]>
  /** Grows with every delivery and every write. */
  activity: () => number
  limitMs: number
  quietMs: number
}

/**
 * Waits until nothing is wrong and nothing happens any more. If that does not come about in time, resolves with what is
 * wrong then.
 */
export async function comeToRest({ look, activity, limitMs, quietMs }: Options): Promise<Violation[]> {
  const endMs = Date.now() + limitMs
  for (;;) {
    const before = activity()
    let violations = await look()
    if (violations.length === 0) {
      await wait(quietMs)
      violations = await look()
      if (activity() === before && violations.length === 0) return []
    }
    if (Date.now() > endMs) return violations.length > 0 ? violations : [restless('it never stops')]
    await wait(300)
  }
}

export function restless(detail: string, label = 0): Violation {
  return { kind: 'restless', label, detail }
}
