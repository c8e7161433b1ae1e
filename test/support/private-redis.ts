import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@lockstep/local'
import { onTestFinished } from 'vitest'

export type PrivateRedis = {
  url: string
  /** Where its data lies. */
  dir: string
  stop: () => Promise<void>
  /** On the same port, with the same data. */
  startAgain: () => Promise<void>
}

/** A Redis of the test's own, which stores every write before it answers, and which may be stopped. */
export async function privateRedis(): Promise<PrivateRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-private-redis-'))
  let running = await startRedis({ dir })
  const { url, port } = running
  onTestFinished(async () => {
    await running.stop()
    await rm(dir, { recursive: true })
  })
  return {
    url,
    dir,
    stop: () => running.stop(),
    startAgain: async () => void (running = await startRedis({ dir, port })),
  }
}
