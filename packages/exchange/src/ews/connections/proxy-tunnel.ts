import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { TlsMaterial } from '../../trust/tls-material.ts'
import { TransportError } from '../transport-error.ts'
import type { Proxy } from './ways-out.ts'

type Target = { readonly host: string; readonly timeoutMs: number; readonly tls: TlsMaterial }

/** Opens a tunnel through a forward proxy to `host` (`name:port`). @throws {TransportError} */
export function openTunnel({ url, authorization }: Proxy, { host, timeoutMs, tls }: Target): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const isSecure = url.protocol === 'https:'
  const call = (isSecure ? tlsRequest : plainRequest)({
    method: 'CONNECT',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (isSecure ? 443 : 80),
    path: host,
    headers: { host, ...(authorization && { 'proxy-authorization': authorization }) },
    agent: false,
    timeout: timeoutMs,
    ...(isSecure && { ...tls, ca: tls.ca && [...tls.ca] }),
  })
  call.on('connect', (response: IncomingMessage, socket: Socket) => {
    if (response.statusCode === 200) return resolve(socket)
    socket.destroy()
    reject(refusal(response.statusCode))
  })
  // A proxy that does not understand CONNECT answers like a server.
  call.on('response', (response: IncomingMessage) => {
    response.destroy()
    reject(refusal(response.statusCode))
  })
  call.on('timeout', () => call.destroy(new TransportError('network', 'PROXY_TIMEOUT', { effect: 'none' })))
  call.on('error', (cause: Error) =>
    reject(
      cause instanceof TransportError
        ? cause
        : new TransportError('network', 'PROXY_UNREACHABLE', { effect: 'none', cause }),
    ),
  )
  call.end()
  return promise
}

function refusal(status = 0): TransportError {
  if (status === 407) return new TransportError('network', 'PROXY_LOGON_REFUSED', { status, effect: 'none' })
  const isRefused = status >= 400 && status < 500
  return new TransportError('network', isRefused ? 'PROXY_REFUSED' : 'PROXY_FAILED', {
    status,
    effect: 'none',
  })
}
