import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export type Door = {
  readonly url: string
  /** Breaks what goes through it, and takes nothing any more. */
  shut(): void
  open(): Promise<void>
}

/** A door before an address. Gone when the test ends. */
export async function startDoor(target: string): Promise<Door> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    const to = connect(Number(port), hostname)
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        from.destroy()
        to.destroy()
      })
    }
    from.pipe(to).pipe(from)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port: ownPort } = server.address() as AddressInfo
  const shut = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(shut)
  return {
    url: `http://127.0.0.1:${ownPort}`,
    shut,
    open: async () => void (await once(server.listen(ownPort, '127.0.0.1'), 'listening')),
  }
}
