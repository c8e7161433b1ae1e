import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@lockstep/local'
import { closeRedis, connectRedis, createLogger, ready } from '@lockstep/runtime'
import { onTestFinished } from 'vitest'

/** A cluster of one server, which refuses what leaves its slot as any other does. */
export async function aRedisCluster() {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-cluster-'))
  const server = await startRedis({ dir, cluster: true, appendfsync: 'no' })
  const log = createLogger('test', 'silent')
  const cluster = connectRedis(`${server.url}?cluster=true`, { role: 'ledger', log })
  onTestFinished(async () => {
    await closeRedis(cluster)
    await server.stop()
    await rm(dir, { recursive: true })
  })
  await ready(cluster)
  return cluster
}
