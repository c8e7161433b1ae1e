import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What stands between one process and Redis. */
export type RedisDoor = {
  readonly url: string
  /**
   * From now on what is sent and contains one of these texts is held, and all that is sent after it on its connection.
   * Says whether so many of them were, within this time.
   */
  hold(texts: readonly string[], limits: { withinMs: number; times?: number }): Promise<boolean>
  /** Lets go of what is held, and holds nothing more. */
  open(): void
  close(): Promise<void>
}

type Hold = { readonly texts: readonly string[]; rest: number; end: (isReached: boolean) => void }

export async function openRedisDoor(redisUrl: string): Promise<RedisDoor> {
  const target = new URL(redisUrl)
  const sockets = new Set<Socket>()
  /** What was sent since on each connection that is held. */
  const held = new Map<Socket, Buffer[]>()
  let holding: Hold | undefined

  const server = createServer((near) => {
    const far = connect(Number(target.port || 6379), target.hostname)
    sockets.add(near)
    near.on('data', (bytes: Buffer) => {
      const found = holding ? holding.texts.reduce((sum, text) => sum + timesIn(bytes, text), 0) : 0
      if (found > 0 && !held.has(far)) held.set(far, [])
      const waiting = held.get(far)
      if (waiting) waiting.push(bytes)
      else far.write(bytes)
      if (!holding || found === 0) return
      holding.rest -= found
      if (holding.rest <= 0) holding.end(true)
    })
    far.on('data', (bytes) => near.write(bytes))
    near.on('error', () => near.destroy()).on('close', () => (sockets.delete(near), far.destroy()))
    far.on('error', () => far.destroy()).on('close', () => (held.delete(far), near.destroy()))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(texts, { withinMs, times = 1 }) {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const timer = setTimeout(() => resolve(false), withinMs)
      const end = (isReached: boolean) => {
        clearTimeout(timer)
        resolve(isReached)
      }
      holding = { texts, rest: times, end }
      return promise
    },
    open() {
      holding?.end(false)
      holding = undefined
      for (const [far, waiting] of held) for (const bytes of waiting) far.write(bytes)
      held.clear()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

function timesIn(bytes: Buffer, text: string): number {
  return bytes.toString('utf8').split(text).length - 1
}
