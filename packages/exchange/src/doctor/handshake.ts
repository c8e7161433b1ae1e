import { X509Certificate } from 'node:crypto'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import { createConnector } from '../ews/connections/connector.ts'
import { openTunnel } from '../ews/connections/proxy-tunnel.ts'
import { proxyFor, type WaysOut } from '../ews/connections/ways-out.ts'
import { errorOfCall } from '../ews/failures.ts'
import { networkFailure } from '../ews/network-failure.ts'
import { openTrust, type TlsMaterial } from '../trust/tls-material.ts'

export type Way = { readonly waysOut?: WaysOut | undefined; readonly timeoutMs: number }

/** Opens a connection to the host and port of a URL, as calls do, and nothing goes over it. @throws {ExchangeError} */
export async function reach(
  url: URL,
  { waysOut = {}, timeoutMs }: Way,
  material?: TlsMaterial,
): Promise<Socket> {
  const proxy = proxyFor(url, waysOut)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  try {
    if (proxy) {
      const tls = material ?? openTrust({}).material()
      return await openTunnel(proxy, { host: `${url.hostname}:${portOf(url)}`, timeoutMs, tls })
    }
    return await opened(connectTcp({ host, port: Number(portOf(url)) }), 'connect', timeoutMs)
  } catch (error) {
    throw sorted(error)
  }
}

/** Makes a connection as calls do, with everything checked that they check. The server's certificate. @throws {ExchangeError} */
export async function shakeHands(
  url: URL,
  { waysOut = {}, timeoutMs }: Way,
  material: () => TlsMaterial,
): Promise<X509Certificate> {
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>()
  const proxy = proxyFor(url, waysOut)
  const connect = createConnector({ material, proxy, timeoutMs })
  const target = { hostname: url.hostname, host: url.host, protocol: url.protocol, port: portOf(url) }
  connect(target, (error, socket) => {
    if (error) return reject(error)
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    socket.destroy()
    if (certificate) resolve(certificate)
    else reject(new Error('no certificate was shown'))
  })
  try {
    return await promise
  } catch (error) {
    throw sorted(error)
  }
}

/**
 * The certificates that a server shows, its own first, without trusting any of them: to be looked at by a person.
 * Nothing is ever sent over this connection. @throws {ExchangeError}
 */
export async function lookAtChain(url: URL, way: Way): Promise<X509Certificate[]> {
  const socket = await reach(url, way)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
  try {
    // Whether it may be trusted is what is to be decided; this socket is closed as soon as it has shown who is there.
    const looking = connectTls({ socket, ...servername, rejectUnauthorized: false, minVersion: 'TLSv1.2' })
    const tls = await opened(looking, 'secureConnect', way.timeoutMs)
    const chain = chainOf(tls)
    tls.destroy()
    return chain
  } catch (error) {
    throw sorted(error)
  } finally {
    socket.destroy()
  }
}

function chainOf(tls: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  let shown: ReturnType<TLSSocket['getPeerCertificate']> | undefined = tls.getPeerCertificate(true)
  const seen = new Set<string>()
  while (shown?.raw && !seen.has(shown.fingerprint256)) {
    seen.add(shown.fingerprint256)
    chain.push(new X509Certificate(shown.raw))
    shown = 'issuerCertificate' in shown ? shown.issuerCertificate : undefined
  }
  return chain
}

async function opened<Open extends Socket>(socket: Open, event: string, timeoutMs: number): Promise<Open> {
  const { promise, resolve, reject } = Promise.withResolvers<Open>()
  const late = () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }))
  const timer = setTimeout(late, timeoutMs)
  socket.once(event, () => resolve(socket))
  socket.once('error', reject)
  try {
    return await promise
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    socket.removeAllListeners('error')
    // One that is broken off later is none of anybody's business.
    socket.on('error', () => {})
  }
}

function sorted(error: unknown): Error {
  return errorOfCall(error, networkFailure(error, { timedOut: false, aborted: false, sent: false }))
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80')
}
