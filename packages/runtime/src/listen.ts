import { once } from 'node:events'
import { createServer, type RequestListener, type Server as PlainServer } from 'node:http'
import { Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { ConfigError } from './config.ts'

export class PortInUseError extends ConfigError {
  override name = 'PortInUseError'

  constructor(port: number, variable: string) {
    super(`Port ${port} is in use. Set ${variable} to another one, or stop the program that uses it.`)
  }
}

type Server = PlainServer | TlsServer

type Options = {
  port: number
  /** The loopback interface unless told otherwise. */
  host?: string
  /** The variable that sets the port, named to whoever finds it in use. */
  variable: string
}

export type Listening = {
  server: Server
  port: number
  url: string
  /** Takes no new connections, lets requests in hand finish, resolves when all are done. */
  close: () => Promise<void>
}

/** Starts a server or an Express application; resolves when it takes connections. */
export async function listen(
  target: Server | RequestListener,
  { port, host = '127.0.0.1', variable }: Options,
): Promise<Listening> {
  const server = typeof target === 'function' ? createServer(target) : target
  try {
    await once(server.listen(port, host), 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(port, variable)
    throw error
  }
  const address = server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    server,
    port: address.port,
    url: `${server instanceof TlsServer ? 'https' : 'http'}://${name}:${address.port}`,
    close: () => closeServer(server),
  }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  await closed
}
