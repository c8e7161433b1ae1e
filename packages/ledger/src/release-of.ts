import type { OutboundOutcome } from './ledger.ts'

/** How an attempt ended that did not settle. */
export type Unsettled = Exclude<OutboundOutcome, { kind: 'settled' }>

type Release = { due: number | ''; code: string; effect: 'none' | 'unknown' | 'moot'; isCounted: boolean }

/** How the ledger takes it: when it is due (`''`: parked), why, what it may have done, and whether it cost an attempt. */
export function releaseOf(outcome: Unsettled): Release {
  switch (outcome.kind) {
    case 'postponed':
      return { due: outcome.dueMs, code: '', effect: 'none', isCounted: false }
    case 'failed':
      return {
        due: outcome.dueMs,
        code: outcome.code,
        effect: outcome.effect,
        isCounted: outcome.costsAttempt,
      }
    case 'parked':
      return { due: '', code: outcome.code, effect: 'none', isCounted: true }
  }
}
