import { fewMailboxes } from '@lockstep/connections'
import type { Verdict } from '@lockstep/exchange/doctor'
import { reasonsOf } from '../mailboxes/report.ts'
import type { Terminal } from '../terminal.ts'
import { stepLines } from './step-lines.ts'
import type { Teller } from './teller.ts'

type Run = { readonly total: number; readonly enables: boolean }

const tellEveryMs = 2_000

/** Tells what comes of many mailboxes while it goes on, and sums it up in the end. */
export function createProgress(terminal: Terminal, teller: Teller, { total, enables }: Run) {
  const beganMs = Date.now()
  let toldMs = beganMs
  let done = 0
  let failed = 0

  function textOf({ address, outcome, steps, reason }: Verdict): string {
    if (total <= fewMailboxes) {
      const words = { known: 'is enabled already', failed: 'failed', well: passed(), warned: passed() }
      return `${steps.map(stepLines).join('')}${address} ${words[outcome]}\n`
    }
    return outcome === 'failed' ? `${address}\n${stepLines(reason!)}` : ''
  }
  const passed = () => (enables ? 'is enabled' : 'passed')

  return {
    tell(verdict: Verdict) {
      done += 1
      if (verdict.outcome === 'failed') failed += 1
      const { address, outcome, reason } = verdict
      teller.fact({ mailbox: address, outcome, ...(reason && detailsOf(reason)) }, textOf(verdict))
      if (total <= fewMailboxes || Date.now() - toldMs < tellEveryMs) return
      toldMs = Date.now()
      terminal.err(`  ${done} of ${total}, ${failed} failed\n`)
    },
    end(verdicts: readonly Verdict[]) {
      const count = (outcome: Verdict['outcome']) =>
        verdicts.filter((each) => each.outcome === outcome).length
      const summary = {
        [enables ? 'enabled' : 'passed']: count('well') + count('warned'),
        warned: count('warned'),
        alreadyEnabled: count('known'),
        failed: count('failed'),
        leftOver: total - verdicts.length,
        seconds: Number(((Date.now() - beganMs) / 1_000).toFixed(1)),
      }
      teller.fact({ summary, reasons: reasonsOf(verdicts) }, closingWords(summary, verdicts))
    },
  }
}

function detailsOf({ name, code, says, mend }: NonNullable<Verdict['reason']>) {
  return { step: name, code, says, mend }
}

function closingWords(summary: Record<string, number>, verdicts: readonly Verdict[]): string {
  const named = Object.entries(summary)
    .filter(([name, value]) => value > 0 || name === 'failed')
    .map(([name, value]) => `${name.replace(/([A-Z])/g, ' $1').toLowerCase()}: ${value}`)
  const reasons = reasonsOf(verdicts).map(({ code, count }) => `  ${String(count).padStart(5)}  ${code}\n`)
  const goOn = summary['leftOver'] ? 'Run the same again to go on with what is left.\n' : ''
  return `\n${named.join(', ')}\n${reasons.join('')}${goOn}`
}
