import { ExchangeError } from '../errors.ts'
import { mendFor } from './mends.ts'

export type StepOutcome = 'ok' | 'warning' | 'failed' | 'skipped'

/** What one step of an examination found: that all is well, or why not and what can be done about it. */
export type Step = {
  readonly name: string
  readonly outcome: StepOutcome
  /** One line in plain words. Never content. */
  readonly says: string
  /** The typed reason of what is not well. */
  readonly code?: string
  readonly mend?: string
}

/** One step that is to be made. A failure makes those after it pointless, unless it says otherwise. */
export type Part = {
  readonly name: string
  readonly examine: () => Promise<Omit<Step, 'name'>>
  readonly isVital?: boolean
}

export type Finding = Omit<Step, 'name'>

export const ok = (says: string): Finding => ({ outcome: 'ok', says })
export const skipped = (says: string): Finding => ({ outcome: 'skipped', says })
export const warning = (code: string, says: string): Finding => ({
  outcome: 'warning',
  says,
  code,
  ...mendIfAny(code),
})
export const failed = (code: string, says: string): Finding => ({
  outcome: 'failed',
  says,
  code,
  ...mendIfAny(code),
})

/** What an error of Exchange means for the step that met it. @throws what is none of Exchange's errors */
export function failedBy(error: unknown): Finding {
  if (!(error instanceof ExchangeError)) throw error
  return failed(error.code, error.message.replace(/ \(\w+\)$/, ''))
}

/** Makes the steps one after the other and tells each as soon as it is known. */
export async function* inOrder(parts: readonly Part[]): AsyncGenerator<Step> {
  let stoppedBy: string | undefined
  for (const { name, examine, isVital = true } of parts) {
    if (stoppedBy !== undefined) {
      yield { name, ...skipped(`not examined: "${stoppedBy}" comes first`) }
      continue
    }
    const step = { name, ...(await examineSafely(examine)) }
    yield step
    if (step.outcome === 'failed' && isVital) stoppedBy = name
  }
}

async function examineSafely(examine: Part['examine']): Promise<Finding> {
  try {
    return await examine()
  } catch (error) {
    return failedBy(error)
  }
}

function mendIfAny(code: string): { mend?: string } {
  const mend = mendFor(code)
  return mend === undefined ? {} : { mend }
}
