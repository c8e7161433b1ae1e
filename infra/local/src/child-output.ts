import { appendFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const KEPT_LINES = 12

export type ChildOutput = {
  take: (stream: Readable) => void
  /** The last lines it wrote, for whoever asks why it ended. */
  lastLines: () => string[]
}

/** Writes all that a service prints to its log file, which it starts anew, and shows only what matters: warnings, errors, crashes. */
export function createChildOutput(name: string, file: string, say: (line: string) => void): ChildOutput {
  writeFileSync(file, '')
  const last: string[] = []

  return {
    take(stream) {
      createInterface({ input: stream }).on('line', (line) => {
        appendFileSync(file, `${line}\n`)
        last.push(line)
        if (last.length > KEPT_LINES) last.shift()
        const shown = worthShowing(line)
        if (shown) say(`${name}: ${shown}`)
      })
    },
    lastLines: () => [...last],
  }
}

type LogLine = { level?: string; msg?: string; err?: { message?: string }; [field: string]: unknown }

/** A line for people, or `undefined` if it belongs in the file only. */
function worthShowing(line: string): string | undefined {
  const fields = parse(line)
  if (!fields) return line.trim() || undefined
  const { level = '', msg = '', err, time: _time, service: _service, ...rest } = fields
  if (!['warn', 'error', 'fatal'].includes(level)) return undefined

  const details = Object.entries(rest).map(([field, value]) => `${field}=${JSON.stringify(value)}`)
  return [level, msg, err?.message && `(${err.message})`, ...details].filter(Boolean).join(' ')
}

function parse(line: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as LogLine) : undefined
  } catch {
    return undefined
  }
}
