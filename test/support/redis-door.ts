import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What stands between one process and Redis. */
export type RedisDoor = {
  readonly url: string
  /**
   * From now on what is sent and contains one of these texts, and one of those that it is to be about, is held, and all
   * that is sent after it on its connection. Resolves with what is held once it is; with nothing if this time runs out.
   */
  hold(texts: readonly string[], limits: { withinMs: number; about?: readonly string[] }): Promise<string>
  /** Lets go of what is held. */
  open(): void
  close(): Promise<void>
}

type Hold = { readonly isMeant: (sent: string) => boolean; readonly reached: (sent: string) => void }

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
      const sent = holding ? bytes.toString('utf8') : ''
      const isMeant = holding?.isMeant(sent) === true
      if (isMeant && !held.has(far)) held.set(far, [])
      const waiting = held.get(far)
      if (waiting) waiting.push(bytes)
      else far.write(bytes)
      if (isMeant) holding?.reached(sent)
    })
    far.on('data', (bytes) => near.write(bytes))
    near.on('error', () => near.destroy()).on('close', () => (sockets.delete(near), far.destroy()))
    far.on('error', () => far.destroy()).on('close', () => (held.delete(far), near.destroy()))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(texts, { withinMs, about = [''] }) {
      const { promise, resolve } = Promise.withResolvers<string>()
      const timer = setTimeout(() => resolve(''), withinMs)
      const isIn = (sent: string) => (text: string) => sent.includes(text)
      holding = {
        isMeant: (sent) => texts.some(isIn(sent)) && about.some(isIn(sent)),
        reached(sent) {
          clearTimeout(timer)
          resolve(sent)
        },
      }
      return promise
    },
    open() {
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
