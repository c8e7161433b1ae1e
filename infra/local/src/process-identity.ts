import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One process, told apart from a later one that was given the same number. */
export type ProcessIdentity = { pid: number; startedAt: string }

/** Who runs under this number now, or `undefined` if nobody does. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === 'linux' ? await startOnLinux(pid) : await startByPs(pid)
  return startedAt ? { pid, startedAt } : undefined
}

/** Whether exactly this process still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startedAt === identity.startedAt
}

/** Ends exactly this process: asks, waits `graceMs`, then kills. */
export async function end(identity: ProcessIdentity, graceMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isRunning(identity))) return
    process.kill(identity.pid, signal)
    await gone(identity, graceMs)
  }
}

async function gone(identity: ProcessIdentity, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline && (await isRunning(identity))) {
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

async function startOnLinux(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all(
    [`/proc/${pid}/stat`, '/proc/sys/kernel/random/boot_id'].map((path) =>
      readFile(path, 'utf8').catch(() => ''),
    ),
  )
  // The name, in brackets, may hold anything; after it come state (field 3) and, 19 further, the start in ticks.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const [state, ticks] = [fields[0], fields[19]]
  return ticks && state !== 'Z' ? `${boot?.trim()}/${ticks}` : undefined
}

async function startByPs(pid: number): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() || undefined
}
