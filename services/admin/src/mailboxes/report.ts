import { writeFileSync } from 'node:fs'
import type { Verdict } from '@lockstep/exchange/doctor'
import { CommandError, exitCodes } from '../terminal.ts'

const outcomes: Record<Verdict['outcome'], string> = {
  well: 'passed',
  warned: 'passed',
  known: 'already enabled',
  failed: 'failed',
}

/** Before anything is tested: a report that cannot be written would be told after hours. @throws {CommandError} */
export function openReport(file: string): void {
  try {
    writeFileSync(file, '')
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new CommandError(`${file} cannot be written (${code})`, exitCodes.usage)
  }
}

/** One line a mailbox, for a spreadsheet: what came of it, at which step, why, and what to do. */
export function writeReport(file: string, verdicts: readonly Verdict[]): void {
  const rows = verdicts.map(({ address, outcome, reason }) => [
    address,
    outcomes[outcome],
    reason?.name ?? '',
    reason?.code ?? '',
    reason?.says ?? '',
    reason?.mend ?? '',
  ])
  const lines = [['address', 'outcome', 'step', 'code', 'reason', 'mend'], ...rows]
  // The mark tells Excel that it is UTF-8.
  writeFileSync(file, `\uFEFF${lines.map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`)
}

/** What begins like a formula would be one in a spreadsheet. */
function quoted(value: string): string {
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** How many failed for which reason, the most frequent first. */
export function reasonsOf(verdicts: readonly Verdict[]): { code: string; count: number; mend: string }[] {
  const failures = verdicts.filter(({ outcome }) => outcome === 'failed')
  const byCode = Map.groupBy(failures, ({ reason }) => reason?.code ?? '')
  return [...byCode]
    .map(([code, all]) => ({ code, count: all.length, mend: all[0]!.reason?.mend ?? '' }))
    .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code))
}
