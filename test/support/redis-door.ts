import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What stands between one process and Redis. */
export type RedisDoor = {
  readonly url: string
  /**
   * From now on what is sent and contains one of these texts is held, and all that is sent after it on its connection.
   * Says whether anything was, within this time.
   */
  hold(texts: readonly string[], withinMs: number): Promise<boolean>
  /** Lets go of what is held. */
  open(): void
  close(): Promise<void>
}

export async function openRedisDoor(redisUrl: string): Promise<RedisDoor> {
  const target = new URL(redisUrl)
  const near = new Set<Socket>()
  const goOn: (() => void)[] = []
  let texts: readonly string[] = []
  let reached = () => {}

  const server = createServer((socket) => {
    const far = connect(Number(target.port), target.hostname)
    near.add(socket)
    socket.on('data', (bytes) => {
      if (!texts.some((text) => bytes.includes(text))) return void far.write(bytes)
      socket.pause()
      goOn.push(() => {
        far.write(bytes)
        socket.resume()
      })
      return reached()
    })
    far.on('data', (bytes) => socket.write(bytes))
    socket.on('error', () => socket.destroy()).on('close', () => (near.delete(socket), far.destroy()))
    far.on('error', () => far.destroy()).on('close', () => socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(which, withinMs) {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      texts = which
      const timer = setTimeout(() => resolve(goOn.length > 0), withinMs)
      reached = () => {
        clearTimeout(timer)
        resolve(true)
      }
      return promise
    },
    open() {
      texts = []
      for (const next of goOn.splice(0)) next()
    },
    async close() {
      for (const socket of near) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}
