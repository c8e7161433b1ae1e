import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const NETWORK_LIMIT_MS = 120_000

/**
 * Unpacks Debian packages, and what they need and this machine lacks, into `folder`: without root and
 * without installing anything. apt keeps its own lists for this, so no lock and no state of the system is
 * touched, and it checks signatures as always.
 *
 * The folder appears in one step, complete; of several processes that do this at once the first wins.
 */
export async function unpackDebianPackages(names: readonly string[], folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const work = await mkdtemp(join(dirname(folder), `${basename(folder)}.partial-`))
  try {
    await download(names, work)
    await mkdir(join(work, 'root'))
    for (const file of await readdir(join(work, 'packages'))) {
      await run('dpkg', ['-x', join(work, 'packages', file), join(work, 'root')])
    }
    await rename(join(work, 'root'), folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function download(names: readonly string[], work: string): Promise<void> {
  const packages = join(work, 'packages')
  await mkdir(join(work, 'state', 'lists', 'partial'), { recursive: true })
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true })
  await mkdir(packages)

  const options = [
    `Dir::State=${join(work, 'state')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(work, 'cache')}`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option])
  const apt = async (...words: string[]) =>
    (await run('apt-get', ['-qq', ...options, ...words], { cwd: packages, timeout: NETWORK_LIMIT_MS })).stdout

  await apt('update')
  const planned = await apt('install', '--print-uris', '--no-install-recommends', '--yes', ...names)
  const needed = planned.split('\n').flatMap((line) => /^'\S+' ([^_\s]+)_/.exec(line)?.[1] ?? [])
  await apt('download', ...new Set([...names, ...needed]))
}
