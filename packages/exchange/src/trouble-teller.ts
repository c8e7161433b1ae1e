import { mendOf } from './mend-of.ts'

/** A failure that somebody has to mend, and how. */
export type Trouble = {
  readonly code: string
  readonly mend: string
  /** Which account met it, if there are several. */
  readonly account?: string
}

/** Tells a trouble when it begins, not with every call that meets it. Takes the outcomes of all calls. */
export function troubleTeller(onTrouble: (trouble: Trouble) => void): (outcome: string) => void {
  let told: string | undefined
  return (outcome) => {
    if (outcome === 'ok') told = undefined
    const mend = mendOf(outcome)
    if (mend === undefined || outcome === told) return
    told = outcome
    onTrouble({ code: outcome, mend })
  }
}
