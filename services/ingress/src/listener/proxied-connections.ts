import { isIP, type Server, type Socket } from 'node:net'
import { readProxyHeader } from './proxy-header.ts'

/** Says who is at the other end of connections, also of those that a proxy passes on as TCP. */
export type Peers = {
  /** From now on the server's connections from these proxies begin with a PROXY protocol header. */
  watch(server: Server): void
  of(socket: Socket): string | undefined
}

const headerWithinMs = 5_000

/**
 * Certain proxies (HAProxy in TCP mode, for example) say who is behind them with a PROXY protocol header. Their
 * connections must begin with one, and those of everybody else are taken as they are: the protocol forbids guessing.
 */
export function createPeers(isProxy: (address: string) => boolean): Peers {
  const told = new Map<string, string>()

  return {
    of: (socket) => told.get(endsOf(socket)) ?? socket.remoteAddress,
    watch(server) {
      const take = server.listeners('connection') as ((socket: Socket) => void)[]
      server.removeAllListeners('connection')
      server.on('connection', (socket: Socket) => {
        const pass = () => take.forEach((listener) => listener.call(server, socket))
        if (!isProxy(socket.remoteAddress ?? '')) return pass()
        readHeader(socket, (source) => {
          const ends = endsOf(socket)
          if (source !== 'local') told.set(ends, source)
          socket.once('close', () => told.delete(ends))
          pass()
        })
      })
    },
  }
}

/** The same for the connection and for the TLS that runs in it. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ')
}

function readHeader(socket: Socket, onSource: (source: string) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  const timer = setTimeout(() => end(), headerWithinMs)
  const stop = () => {
    clearTimeout(timer)
    socket.off('readable', read).off('close', stop).off('error', end)
  }
  const end = () => {
    stop()
    socket.destroy()
  }
  const read = () => {
    for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;) {
      bytes = Buffer.concat([bytes, chunk])
    }
    const header = headerIn(bytes)
    if (header === undefined) return
    if (header === 'none') return end()
    stop()
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length))
    onSource(header.source)
  }
  socket.on('readable', read).on('close', stop).on('error', end)
}

function headerIn(bytes: Buffer) {
  try {
    const header = readProxyHeader(bytes)
    if (header && header.source !== 'local' && isIP(header.source) === 0) return 'none'
    return header
  } catch {
    return 'none'
  }
}
