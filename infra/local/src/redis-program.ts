import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, constants, readdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { unpackDebianPackages } from './debian-packages.ts'
import { StartError } from './start-error.ts'

const run = promisify(execFile)

/** A server program, and the variables that it needs to find its libraries. */
export type RedisProgram = { command: string; env: NodeJS.ProcessEnv }

type Options = {
  env?: NodeJS.ProcessEnv
  log?: (line: string) => void
  /** Puts packages, complete, into a folder. */
  unpack?: typeof unpackDebianPackages
}

const names = ['redis-server', 'valkey-server']

/**
 * Finds a Redis (or Valkey) server: on PATH, in our cache, or from Debian's packages, which are unpacked
 * into the cache.
 */
export async function findRedisProgram({
  env = process.env,
  log = () => {},
  unpack = unpackDebianPackages,
}: Options = {}): Promise<RedisProgram> {
  const onPath = await findOnPath(env)
  if (onPath) return onPath

  const cache = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'lockstep')
  const problems: string[] = []
  for (const name of names) {
    const folder = join(cache, `${name}-${await suite()}-${process.arch}`)
    try {
      return await findCached(folder, name, async () => {
        log(`No Redis on this machine: fetching Debian's ${name} into ${cache}`)
        // The server is a link into the tools' package, which may be installed already.
        await unpack([name, name.replace('server', 'tools')], folder)
      })
    } catch (error) {
      problems.push(firstLineOf(error))
    }
  }
  throw new StartError(
    `Lockstep needs Redis 6.2 or newer (or Valkey). Install it (Debian, Ubuntu: apt-get install redis-server; ` +
      `macOS: brew install redis), or set REDIS_URL to one that runs.\n(${problems.join('; ')})`,
  )
}

/** The program in a folder of the cache, which is filled first if it does not hold a working one. */
async function findCached(folder: string, name: string, fill: () => Promise<void>): Promise<RedisProgram> {
  const wasThere = existsSync(folder)
  const cached = await findUnpacked(folder, name)
  if (cached) return cached

  if (wasThere) await rm(folder, { recursive: true, force: true })
  await fill()
  const unpacked = await findUnpacked(folder, name)
  if (!unpacked) throw new Error(`${name} was unpacked but does not run`)
  return unpacked
}

async function findOnPath(env: NodeJS.ProcessEnv): Promise<RedisProgram | undefined> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean)
  for (const name of names) {
    for (const folder of folders) {
      const program = { command: join(folder, name), env: {} }
      if (await works(program)) return program
    }
  }
}

async function findUnpacked(folder: string, name: string): Promise<RedisProgram | undefined> {
  const libraries = join(folder, 'usr', 'lib')
  const triplets = await readdir(libraries).catch(() => [])
  const paths = triplets
    .filter((triplet) => triplet.includes('-linux-'))
    .map((triplet) => join(libraries, triplet))
  const env: NodeJS.ProcessEnv = paths.length > 0 ? { LD_LIBRARY_PATH: paths.join(delimiter) } : {}
  const program = { command: join(folder, 'usr', 'bin', name), env }
  return (await works(program)) ? program : undefined
}

/** There, executable, all its libraries found, and 6.2 or newer (every Valkey is). */
async function works({ command, env }: RedisProgram): Promise<boolean> {
  try {
    await access(command, constants.X_OK)
    const { stdout } = await run(command, ['--version'], { env: { ...process.env, ...env }, timeout: 10_000 })
    const [, major, minor] = /v=(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? []
    return major !== undefined && minor !== undefined && (major > 6 || (major === 6 && minor >= 2))
  } catch {
    return false
  }
}

/** The release of the distribution, since libraries of one do not fit the other. */
async function suite(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^VERSION_CODENAME="?([\w.-]+)/m.exec(release)?.[1] ?? process.platform
}

function firstLineOf(error: unknown): string {
  const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string }
  if (code === 'ENOENT') return 'this system has no apt-get'
  return (stderr || message).trim().split('\n').at(-1) ?? ''
}
