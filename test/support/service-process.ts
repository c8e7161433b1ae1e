import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const root = new URL('../../', import.meta.url)
/** A process that nobody ends any more would go on for ever. */
const children = new Set<ChildProcess>()
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')))

export type ServiceProcess = {
  readonly pid: number
  /** What it has written so far, to either stream. */
  readonly lines: readonly string[]
  signal: (name: NodeJS.Signals) => void
  /** Resolves with its exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export type SpawnableService = 'ingress' | 'outbound-worker' | 'inbound-worker'

/** A service as a process of its own, as a deployment runs it; ready when this resolves. Whoever starts it ends it. */
export async function spawnService(
  name: SpawnableService,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [`services/${name}/src/main.ts`], {
    cwd: root,
    env: { PATH: process.env['PATH'], TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const ended = once(child, 'exit').then(([code, signal]) => {
    children.delete(child)
    return (code ?? signal) as number | NodeJS.Signals
  })
  const lines: string[] = []
  const running = Promise.withResolvers<void>()
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    if (line.includes(' is running')) running.resolve()
  })
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line)
    process.stderr.write(`${line}\n`)
  })
  void ended.then((how) => running.reject(new Error(`${name} ended (${how}): ${lines.join('\n')}`)))
  try {
    await running.promise
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return { pid: child.pid!, lines, signal: (signal) => void child.kill(signal), ended }
}
