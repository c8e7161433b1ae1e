import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { testRedisUrl } from './test-redis.ts'

export type RedisProxy = {
  url: string
  /** Redis is away: connections are cut and new ones refused. */
  goDown: () => Promise<void>
  /** It goes away when somebody sends this text, once, and before that arrives. */
  goDownAt: (text: string) => void
  comeBack: () => Promise<void>
  /** Redis takes bytes and answers nothing. */
  hang: () => void
  /** Connections that are open at present. */
  connections: () => number
}

/** The test run's Redis behind a door that the test can shut. Gone when the test ends. */
export async function redisProxy(): Promise<RedisProxy> {
  const target = new URL(testRedisUrl())
  const sockets = new Set<Socket>()
  let hanging = false
  let fatal: string | undefined

  const server = createServer((near) => {
    const far = connect(Number(target.port || 6379), target.hostname)
    sockets.add(near)
    near.on('data', (bytes) => {
      if (fatal !== undefined && bytes.includes(fatal)) return void shut()
      if (!hanging) far.write(bytes)
    })
    far.on('data', (bytes) => hanging || near.write(bytes))
    near.on('error', () => near.destroy()).on('close', () => (sockets.delete(near), far.destroy()))
    far.on('error', () => far.destroy()).on('close', () => near.destroy())
  })
  const open = async (port: number) => {
    hanging = false
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }
  const shut = async () => {
    fatal = undefined
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await open(0)
  const { port } = server.address() as AddressInfo
  onTestFinished(shut)
  return {
    url: `redis://127.0.0.1:${port}`,
    goDown: shut,
    goDownAt: (text) => void (fatal = text),
    comeBack: () => open(port),
    hang: () => void (hanging = true),
    connections: () => sockets.size,
  }
}
