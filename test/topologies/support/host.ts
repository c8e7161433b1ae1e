import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = new URL('../../../', import.meta.url).pathname
const inside = (script: string) => new URL(`./inside/${script}.ts`, import.meta.url).pathname

export type Reach = 'open' | 'refused' | 'silent' | 'unreachable'

export type Running = { stop: () => Promise<void> }

/** A machine of a topology: a network namespace of its own, with the names that it can resolve. */
export class Host {
  readonly #namespace: string
  readonly #children: ChildProcess[] = []
  /** What its programs said, for whoever looks into a failure. */
  readonly said: string[] = []

  constructor(namespace: string) {
    this.#namespace = namespace
  }

  /** Runs a command to its end. @returns what it printed */
  async command(...words: readonly string[]): Promise<string> {
    const { stdout } = await run('ip', ['netns', 'exec', this.#namespace, ...words], { cwd: root })
    return stdout
  }

  /** Starts a program that runs until the topology ends, or is stopped. */
  start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn('ip', ['netns', 'exec', this.#namespace, ...words], {
      cwd: root,
      env: { PATH: process.env['PATH'], TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.push(child)
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (text: Buffer) => this.said.push(text.toString()))
    }
    return { stop: () => end(child) }
  }

  /** An HTTP request from here. `body` is what the answer holds; `failed` is the code of a request without an answer. */
  async fetch(
    url: string,
    init: RequestInit = {},
  ): Promise<{ status?: number; body?: string; failed?: string }> {
    const printed = await this.command(process.execPath, inside('fetch'), url, JSON.stringify(init))
    return JSON.parse(printed) as { status?: number; body?: string; failed?: string }
  }

  /** Whether a TCP connection from here comes about. `silent`: nobody answers, as behind a firewall. */
  async reaches(address: string, port: number): Promise<Reach> {
    return (await this.command(process.execPath, inside('connect'), address, String(port))).trim() as Reach
  }

  /** Kills what runs here: nobody waits until programs have taken leave of each other. */
  async kill(): Promise<void> {
    const { stdout } = await run('ip', ['netns', 'pids', this.#namespace])
    for (const pid of stdout.split('\n').filter(Boolean)) kill(Number(pid))
    await Promise.all(this.#children.map(exited))
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function end(child: ChildProcess): Promise<void> {
  const ended = exited(child)
  child.kill('SIGTERM')
  const isLate = await Promise.race([ended.then(() => false), setTimeout(8_000, true, { ref: false })])
  if (isLate) child.kill('SIGKILL')
  await ended
}
