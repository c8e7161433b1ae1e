// The `lockstep` command: what administrators do by hand.
import { createInterface } from 'node:readline/promises'
import { lockstep } from './lockstep.ts'
import { exitCodes } from './terminal.ts'

const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())

process.exitCode = await lockstep(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ask: process.stdin.isTTY ? ask : undefined,
  signal: interruption.signal,
})
if (interruption.signal.aborted) process.exitCode = exitCodes.interrupted

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question, { signal: interruption.signal })
  } finally {
    lines.close()
  }
}
