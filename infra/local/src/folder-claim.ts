import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { end, identify, isRunning, type ProcessIdentity } from './process-identity.ts'
import { StartError } from './start-error.ts'

/** The processes that work on a folder, and the one that started them. */
type Claim = { owner: ProcessIdentity; processes: ProcessIdentity[] }

export type HeldFolder = {
  /** Notes another process that works on the folder. */
  add: (pid: number) => Promise<void>
  /** Everything has ended; the folder is free. */
  release: () => Promise<void>
}

const END_LIMIT_MS = 8_000

/**
 * Makes sure that nobody else works on a folder. Processes whose owner lives are left alone and we refuse;
 * those that a crashed owner left behind are ended. They are told by number *and* start time, so that a
 * stranger who was given the same number is never touched.
 */
export async function claimFolder(dir: string, log: (line: string) => void): Promise<HeldFolder> {
  const file = join(dir, 'claim.json')
  const earlier = await readClaim(file)
  const left = await runningOf(earlier?.processes ?? [])

  if (earlier && left.length > 0 && (await isRunning(earlier.owner))) {
    throw new StartError(`${dir} is in use by process ${earlier.owner.pid}. Stop that first.`)
  }
  if (left.length > 0) {
    log(`Ending what an earlier run left behind: process ${left.map(({ pid }) => pid).join(', ')}`)
    await Promise.all(left.map((process) => end(process, END_LIMIT_MS)))
  }
  return holdFolder(file)
}

async function holdFolder(file: string): Promise<HeldFolder> {
  const owner = (await identify(process.pid))!
  const processes: ProcessIdentity[] = []
  let written = Promise.resolve()

  return {
    async add(pid) {
      const added = await identify(pid)
      if (!added) return
      processes.push(added)
      written = written.then(() => write(file, { owner, processes }))
      await written
    },
    release: () => rm(file, { force: true }),
  }
}

/** In one step: a crash in between leaves the claim as it was. */
async function write(file: string, claim: Claim): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(claim))
  await rename(`${file}.new`, file)
}

async function readClaim(file: string): Promise<Claim | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Claim
  } catch {
    return undefined
  }
}

async function runningOf(processes: ProcessIdentity[]): Promise<ProcessIdentity[]> {
  const running = await Promise.all(processes.map(isRunning))
  return processes.filter((_, index) => running[index])
}
