import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ChildOutput } from './child-output.ts'

/** How a process ended. */
export type Exit = { code: number | null; signal: string | null }

export type Running = {
  pid: number
  exited: Promise<Exit>
  /** Asks it to end. */
  terminate: () => void
  kill: () => void
}

type Options = { root: string; entry: string; env: NodeJS.ProcessEnv; output: ChildOutput }

/**
 * Starts a service with the Node that runs us. It has a process group of its own, so that Ctrl+C reaches us
 * only and we stop everything in order; and an IPC channel, by whose end it learns that we are gone.
 */
export async function startChild({ root, entry, env, output }: Options): Promise<Running> {
  const child = spawn(process.execPath, [entry], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  await once(child, 'spawn')
  output.take(child.stdout!)
  output.take(child.stderr!)
  return {
    pid: child.pid!,
    exited,
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  }
}
