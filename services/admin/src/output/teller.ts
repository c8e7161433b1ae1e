import type { Step, StepOutcome } from '@lockstep/exchange/doctor'
import type { Terminal } from '../terminal.ts'
import { stepLines } from './step-lines.ts'

export type Counts = Readonly<Record<StepOutcome, number>>

/** Tells what is found: to people line by line, to machines as one JSON object a line. */
export type Teller = {
  heading(text: string): void
  step(step: Step, about?: Record<string, string>): void
  /** Something else that was found; people get `text`. */
  fact(fact: Record<string, unknown>, text: string): void
  counts(): Counts
}

export function createTeller(terminal: Terminal, isJson: boolean): Teller {
  const counts: Record<StepOutcome, number> = { ok: 0, warning: 0, failed: 0, skipped: 0 }
  const json = (fact: object) => terminal.out(`${JSON.stringify(fact)}\n`)
  return {
    heading: (text) => {
      if (!isJson) terminal.out(`${text}\n`)
    },
    step(step, about = {}) {
      counts[step.outcome] += 1
      const { name, ...rest } = step
      if (isJson) json({ ...about, step: name, ...rest })
      else terminal.out(stepLines(step))
    },
    fact: (fact, text) => (isJson ? json(fact) : terminal.out(text)),
    counts: () => counts,
  }
}
