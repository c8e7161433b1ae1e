import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '@lockstep/runtime/testing'
import { onTestFinished } from 'vitest'
import { freePort } from '../ports.ts'
import { services } from '../services.ts'
import { running } from './running.ts'

const program = fileURLToPath(new URL('stub-demo.ts', import.meta.url))
const portVariables = [...services.map(({ probe }) => probe), 'SIMULATOR_PORT']

/** The launcher with stub services on ports and in a folder of the test's own. */
export async function stubRun(extra: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-demo-'))
  const journal = join(folder, 'journal')
  const ports: Record<string, string> = {}
  for (const variable of portVariables) ports[variable] = String(await freePort())
  const { REDIS_URL: _, ...inherited } = process.env
  const env = { ...inherited, ...ports, LOCKSTEP_DATA_DIR: folder, STUB_JOURNAL: journal, ...extra }

  const started: StartedRun[] = []
  onTestFinished(async () => {
    for (const run of started) await run.stop()
    for (const pid of await running(journalOf(journal).map((entry) => entry.pid)))
      process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    ports,
    journal: () => journalOf(journal),
    start: () => {
      const run = startRun(env)
      started.push(run)
      return run
    },
  }
}

export type StartedRun = ReturnType<typeof startRun>

function startRun(env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
  }
  return {
    exited,
    output: () => output,
    saw: (text: string) =>
      eventually(() => {
        if (!output.includes(text)) throw new Error(`not said yet: ${text}\n${output}`)
      }, 60_000),
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    crash: async () => {
      child.kill('SIGKILL')
      await exited
    },
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

function journalOf(path: string): { pid: number; line: string }[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text
    .trim()
    .split('\n')
    .map((line) => ({ pid: Number(line.split(' ')[0]), line: line.slice(line.indexOf(' ') + 1) }))
}
