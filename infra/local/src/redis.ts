import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { claimFolder } from './folder-claim.ts'
import { freePort, isFree } from './ports.ts'
import { findRedisProgram } from './redis-program.ts'
import { StartError } from './start-error.ts'

export type RedisOptions = {
  /** Where its data lies; kept between runs. */
  dir: string
  /** `always` stores every write before it is answered (the default); `everysec` may lose a second's. */
  appendfsync?: 'always' | 'everysec' | 'no'
  /** Any free port by default. */
  port?: number
  /** One node that serves all slots of a Cluster. */
  cluster?: boolean
  log?: (line: string) => void
}

export type RunningRedis = {
  url: string
  port: number
  pid: number
  /** Resolves when the server has ended, whoever ended it. */
  exited: Promise<void>
  /** Lets it write what it holds, and ends it. */
  stop: () => Promise<void>
}

const run = promisify(execFile)
const READY_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 3_000

/**
 * Starts a private Redis on the loopback interface, as a child of this process but out of reach of its
 * terminal's Ctrl+C: whoever started it stops it last.
 *
 * A server that an earlier, crashed run left behind on the same folder is ended first; a folder that a
 * living process uses is refused.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  const { log = () => {}, cluster = false } = options
  const dir = resolve(options.dir)
  await mkdir(dir, { recursive: true })
  const claim = await claimFolder(dir, log)
  if (options.port !== undefined && !(await isFree(options.port))) {
    throw new StartError(`Redis cannot use port ${options.port}: it is in use.`)
  }
  const program = await findRedisProgram({ log })

  for (;;) {
    const port = options.port ?? (await freePort())
    const child = await spawnRedis(program, dir, [...flagsFor(options, dir, port)])
    const stop = stopping(child)
    try {
      await claim.add(child.pid!)
      await answering(child, port, cluster)
      return {
        url: `redis://127.0.0.1:${port}`,
        port,
        pid: child.pid!,
        exited: exitOf(child),
        async stop() {
          await stop()
          await claim.release()
        },
      }
    } catch (error) {
      await stop()
      await claim.release()
      // Somebody else took the port between our look and its start.
      if (options.port === undefined && !(await isFree(port))) continue
      const lines = (await readFile(join(dir, 'redis.log'), 'utf8')).trim().split('\n').slice(-8)
      throw new StartError(`Redis did not start in ${dir}:\n${lines.join('\n')}`, { cause: error })
    }
  }
}

function flagsFor(
  { appendfsync = 'always', cluster = false }: RedisOptions,
  dir: string,
  port: number,
): string[] {
  const flags = {
    port: String(port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    dir,
    appendonly: 'yes',
    appendfsync,
    save: '',
    'maxmemory-policy': 'noeviction',
    hz: '100',
    'hash-max-ziplist-value': '1024',
    ...(cluster && { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' }),
  }
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
}

async function spawnRedis(
  program: { command: string; env: NodeJS.ProcessEnv },
  dir: string,
  flags: string[],
): Promise<ChildProcess> {
  const output = await open(join(dir, 'redis.log'), 'a')
  try {
    const [command, ...words] = [...(await deathSignal()), program.command, ...flags]
    const child = spawn(command!, words, {
      cwd: dir,
      env: { ...process.env, ...program.env },
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    })
    await once(child, 'spawn')
    return child
  } finally {
    await output.close()
  }
}

/** On Linux, what makes the kernel end Redis if we are killed. Elsewhere the next start does. */
async function deathSignal(): Promise<string[]> {
  const wrapper = ['setpriv', '--pdeathsig', 'TERM', '--']
  const works = await run(wrapper[0]!, [...wrapper.slice(1), 'true']).then(
    () => true,
    () => false,
  )
  return works ? wrapper : []
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => void child.once('exit', () => done()))
}

function stopping(child: ChildProcess): () => Promise<void> {
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = exitOf(child).then(() => void process.off('exit', kill))

  return async () => {
    child.kill('SIGTERM')
    const tooLong = setTimeout(kill, STOP_LIMIT_MS)
    await exited
    clearTimeout(tooLong)
  }
}

/** Resolves once the server has loaded its data and serves commands. */
async function answering(child: ChildProcess, port: number, cluster: boolean): Promise<void> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 25, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  try {
    const limit = AbortSignal.timeout(READY_LIMIT_MS)
    await new Promise<void>((done, fail) => {
      redis.once('ready', done)
      limit.addEventListener('abort', () => fail(new Error('Redis did not answer in time')))
      void exitOf(child).then(() => fail(new Error('Redis ended at once')))
    })
    // If somebody else holds the port, it is them that we talk to.
    if (!(await redis.info('server')).includes(`process_id:${child.pid}\r`)) throw new Error('not our Redis')
    if (cluster) await serveAllSlots(redis, limit)
  } finally {
    redis.disconnect()
  }
}

async function serveAllSlots(redis: Redis, limit: AbortSignal): Promise<void> {
  const state = async () => String(await redis.call('CLUSTER', 'INFO'))
  if ((await state()).includes('cluster_slots_assigned:0')) {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  }
  while (!(await state()).includes('cluster_state:ok')) {
    limit.throwIfAborted()
    await new Promise((done) => setTimeout(done, 20))
  }
}
