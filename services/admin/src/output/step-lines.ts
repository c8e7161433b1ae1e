import type { Step, StepOutcome } from '@lockstep/exchange/doctor'

const marks: Record<StepOutcome, string> = { ok: 'ok  ', warning: 'WARN', failed: 'FAIL', skipped: '--  ' }
const nameWidth = 20
const lineWidth = 100
const indent = ' '.repeat(nameWidth + 8)

/** A step as an administrator reads it: how it went, its name, what was found, and what to do. */
export function stepLines({ name, outcome, says, code, mend }: Step): string {
  const found = code === undefined ? says : `${says} (${code})`
  const lines = [
    `  ${marks[outcome]}  ${name.length < nameWidth ? name.padEnd(nameWidth) : `${name}  `}${found}`,
  ]
  if (mend !== undefined) lines.push(...wrapped(mend).map((line) => `${indent}${line}`))
  return `${lines.join('\n')}\n`
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < lineWidth - indent.length)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
