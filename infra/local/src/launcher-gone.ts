import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts'

const run = promisify(execFile)
const INTERVAL_MS = 1_000

/**
 * Resolves when npm, npx or pnpm, through which this process was started, is gone: they do not pass every
 * signal on, and nobody would be left to stop us. Never resolves if they had no part in it.
 */
export async function launcherGone(signal: AbortSignal): Promise<string> {
  const launchers = await launchersOf(process.pid)
  while (launchers.length > 0) {
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const running = await Promise.all(launchers.map(isRunning))
    if (running.includes(false)) return 'the program that started it is gone'
  }
  return new Promise(() => {})
}

/** The package managers above a process, and the shells between them; not what is above those. */
async function launchersOf(pid: number): Promise<ProcessIdentity[]> {
  const above: { pid: number; isLauncher: boolean }[] = []
  for (let next = await parentOf(pid); next; next = await parentOf(next.pid)) {
    const isLauncher = /(^|[\s/])(npm|npx|pnpm)\b/.test(next.command)
    if (!isLauncher && !/(^|\/)(ba|da|z)?sh -c/.test(next.command)) break
    above.push({ pid: next.pid, isLauncher })
  }
  const last = above.findLastIndex(({ isLauncher }) => isLauncher)
  const identities = await Promise.all(above.slice(0, last + 1).map((entry) => identify(entry.pid)))
  return identities.filter((identity) => identity !== undefined)
}

async function parentOf(pid: number): Promise<{ pid: number; command: string } | undefined> {
  const parent = process.platform === 'linux' ? await parentOnLinux(pid) : Number(await ps(pid, 'ppid='))
  if (!parent || parent === 1) return undefined
  const command =
    process.platform === 'linux'
      ? (await read(`/proc/${parent}/cmdline`)).replaceAll('\0', ' ')
      : await ps(parent, 'args=')
  return { pid: parent, command }
}

async function parentOnLinux(pid: number): Promise<number> {
  const stat = await read(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

async function ps(pid: number, field: string): Promise<string> {
  const { stdout } = await run('ps', ['-o', field, '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim()
}
