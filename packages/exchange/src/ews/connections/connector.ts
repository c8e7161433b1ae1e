import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import type { TlsMaterial } from '../../trust/tls-material.ts'
import { openTunnel } from './proxy-tunnel.ts'
import type { Proxy } from './ways-out.ts'

export type ConnectorOptions = {
  readonly material: () => TlsMaterial
  readonly proxy?: Proxy | undefined
  readonly timeoutMs: number
  /** Told of each connection that is ready, before the first request goes over it. */
  readonly onConnect?: ((socket: Socket | TLSSocket) => void) | undefined
}

/**
 * Makes connections for undici: directly or through a proxy, with the newest trust. The server's certificate is always
 * checked. HTTP/1.1 only: NTLM knows no other, and a call in flight is to be a connection in use.
 */
export function createConnector({
  material,
  proxy,
  timeoutMs,
  onConnect,
}: ConnectorOptions): buildConnector.connector {
  let made: { from: TlsMaterial; connect: buildConnector.connector } | undefined

  function connectorFor(from: TlsMaterial): buildConnector.connector {
    if (made?.from !== from) {
      const { ca, ...rest } = from
      // Without a cache of sessions: a resumed one shows no certificate, and would outlive a changed trust.
      const connect = buildConnector({
        ...rest,
        ...(ca && { ca: [...ca] }),
        timeout: timeoutMs,
        allowH2: false,
        maxCachedSessions: 0,
      })
      made = { from, connect }
    }
    return made.connect
  }

  return (options, callback) => {
    const tls = material()
    const done: buildConnector.Callback = (...result) => {
      const [error, socket] = result
      if (!error && socket) onConnect?.(socket)
      callback(...result)
    }
    const connect = connectorFor(tls)
    if (!proxy) return connect(options, done)
    const port = options.port || (options.protocol === 'https:' ? '443' : '80')
    openTunnel(proxy, { host: `${options.hostname}:${port}`, timeoutMs, tls }).then(
      (httpSocket) => {
        if (options.protocol === 'https:') connect({ ...options, httpSocket }, done)
        else done(null, httpSocket)
      },
      (error: Error) => done(error, null),
    )
  }
}
