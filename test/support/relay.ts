import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'

/** Something between us and Exchange, until the test ends. */
export type Relay = { readonly port: number; readonly connections: () => number }

/** Ends TLS with a certificate of its own, and goes on over TLS. What goes through stays on its connection. */
export function startTlsBridge(url: string, own: { cert: string; key: string }, ca: string): Promise<Relay> {
  const to = new URL(url)
  const open = () => connectTls({ host: to.hostname, port: Number(to.port), ca })
  return listening((take) => createTlsServer(own, (socket) => take(socket, open())))
}

/** Has the first connections closed once the server challenged somebody on them. */
export function startCloser(url: string, times: number): Promise<Relay> {
  const to = new URL(url)
  let rest = times
  return listening((take) =>
    createServer((socket) => {
      const out = connect({ host: to.hostname, port: Number(to.port) })
      const isDoomed = rest-- > 0
      take(socket, out, (chunk) => (isDoomed && chunk.includes('NTLM TlRM') ? saysClose(chunk) : chunk))
    }),
  )
}

/**
 * A forward proxy that knows CONNECT. With `hosts` it knows those alone, such as `{ 'mail.contoso.example:443': 8443 }`,
 * each by a port of this machine.
 */
export function startProxy(hosts?: Readonly<Record<string, number>>): Promise<Relay> {
  return listening((take) =>
    createServer((socket) => {
      socket.once('data', (head) => {
        const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+)/.exec(head.toString('latin1')) ?? []
        const known = hosts?.[`${host}:${port}`]
        if (hosts && known === undefined) return socket.end('HTTP/1.1 502 Unknown host\r\n\r\n')
        const out = known === undefined ? connect({ host, port: Number(port) }) : connect(known, '127.0.0.1')
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        take(socket, out)
      })
    }),
  )
}

/** In as many bytes. */
function saysClose(chunk: Buffer): Buffer {
  return Buffer.from(
    chunk.toString('latin1').replace(/connection: keep-alive/i, 'connection: close     '),
    'latin1',
  )
}

type Take = (socket: Duplex, out: Socket, change?: (chunk: Buffer) => Buffer) => void

async function listening(create: (take: Take) => Server): Promise<Relay> {
  const open: Duplex[] = []
  const take: Take = (socket, out, change = (chunk) => chunk) => {
    open.push(socket, out)
    for (const end of [socket, out]) end.on('error', () => {})
    socket.on('close', () => out.destroy()).pipe(out)
    out.on('close', () => socket.destroy()).on('data', (chunk: Buffer) => socket.write(change(chunk)))
  }
  const server = create(take)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    for (const end of open) end.destroy()
    await once(server.close(), 'close')
  })
  return { port: (server.address() as AddressInfo).port, connections: () => open.length / 2 }
}
