import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const root = new URL('../../', import.meta.url)

export type WorkerProcess = {
  pid: number
  /** What it has written so far. */
  lines: readonly string[]
  signal: (name: NodeJS.Signals) => void
  /** Resolves with its exit code, or the signal that killed it. */
  ended: Promise<number | NodeJS.Signals>
}

/** A worker as a process of its own, as a deployment runs it; ready when this resolves. Gone when the test ends. */
export async function startWorkerProcess(
  name: 'outbound-worker' | 'inbound-worker',
  env: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [`services/${name}/src/main.ts`], {
    cwd: root,
    env: { PATH: process.env['PATH'], TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })

  const lines: string[] = []
  const running = Promise.withResolvers<void>()
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    if (line.includes(' is running')) running.resolve()
  })
  void ended.then((how) => running.reject(new Error(`${name} ended (${how}): ${lines.join('\n')}`)))
  await running.promise
  return { pid: child.pid!, lines, signal: (signal) => void child.kill(signal), ended }
}
