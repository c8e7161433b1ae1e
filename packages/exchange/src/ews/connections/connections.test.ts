import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { connect as connectTcp, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aTransport, type TransportChanges } from '../../testing/a-transport.ts'
import type { CertificateFact } from '../../trust/certificate-fact.ts'
import { proxyFor } from './ways-out.ts'

const envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
const path = (name: string) => new URL(`../../trust/fixtures/${name}`, import.meta.url).pathname
const ca = { authorities: { file: path('ca.pem') } }

describe('a server whose authority we know', () => {
  test.each(['ca.pem', 'ca.der', 'ca.cer', 'ca.jks', 'ca.java.p12', 'ca.openssl.p12', 'ca.legacy.p12'])(
    'from %s is trusted',
    async (name) => {
      const url = await startTls('server')
      const trust = { authorities: { file: path(name), password: 'changeit' } }
      expect(await outcomeOf({ url, trust })).toBe('ok')
    },
  )

  test('or whose own certificate we know is trusted', async () => {
    const url = await startTls('server')
    expect(await outcomeOf({ url, trust: { authorities: { file: path('server.pem') } } })).toBe('ok')
  })

  test('tells how long its certificate is good for', async () => {
    const url = await startTls('server')
    const facts: CertificateFact[] = []
    await outcomeOf({ url, trust: ca, onCertificate: (fact) => facts.push(fact) })
    expect(facts).toEqual([
      {
        use: 'server',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        validToMs: Date.parse('2125-01-01T00:00:00Z'),
        daysLeft: expect.any(Number),
      },
    ])
    expect(facts[0]!.daysLeft).toBeGreaterThan(30_000)
  })
})

describe('a server is refused, and nothing is sent to it,', () => {
  test.each([
    ['whose authority is not known', 'server', undefined, 'TLS_UNKNOWN_AUTHORITY'],
    ['whose certificate is for another name', 'elsewhere', ca, 'TLS_WRONG_HOST'],
    ['whose certificate has expired', 'expired', ca, 'TLS_EXPIRED'],
    [
      'whose certificate is trusted as such, but for another name',
      'elsewhere',
      { authorities: { file: path('elsewhere.pem') } },
      'TLS_WRONG_HOST',
    ],
  ])('%s', async (_who, certificate, trust, code) => {
    const requests: unknown[] = []
    const url = await startTls(certificate, {}, requests)
    expect(await outcomeOf({ url, trust })).toBe(`${code} none`)
    expect(requests).toEqual([])
  })
})

describe('a server that wants to know us', () => {
  const wanting = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(path('ca.pem')) }

  test.each(['client.both.pem', 'client.pfx', 'client.legacy.pfx', 'client.jks'])(
    'is shown our certificate from %s',
    async (name) => {
      const url = await startTls('server', wanting)
      const trust = { ...ca, client: { file: path(name), password: 'changeit' } }
      expect(await outcomeOf({ url, trust })).toBe('ok')
    },
  )

  test('turns us away without one', async () => {
    const url = await startTls('server', wanting)
    expect(await outcomeOf({ url, trust: ca })).toMatch(
      /^TLS_CLIENT_CERTIFICATE_WANTED|ECONNRESET|UND_ERR_SOCKET/,
    )
  })
})

describe('through a forward proxy', () => {
  test.each(['https', 'http'])('%s goes, with credentials, and connections are kept', async (scheme) => {
    const url = scheme === 'https' ? await startTls('server') : await startPlain()
    const proxy = await startProxy('Basic dXNlcjpww6RzcyB3b3Jk')
    const proxyUrl = `http://user:p%C3%A4ss%20word@127.0.0.1:${proxy.port}`
    const transport = transportTo({ url, trust: ca, waysOut: { proxyUrl } })
    for (let call = 0; call < 5; call += 1) await transport.post(aPost)
    expect(new Set(proxy.targets)).toEqual(new Set([new URL(url).host]))
    expect(proxy.targets.length).toBeLessThan(5)
  })

  test('a wrong server is refused as it would be without', async () => {
    const url = await startTls('elsewhere')
    const { port } = await startProxy()
    const waysOut = { proxyUrl: `http://127.0.0.1:${port}` }
    expect(await outcomeOf({ url, trust: ca, waysOut })).toBe('TLS_WRONG_HOST none')
  })

  test.each([
    ['wants other credentials', 'Basic other', undefined, 'PROXY_LOGON_REFUSED none'],
    ['forbids it', undefined, 403, 'PROXY_REFUSED none'],
    ['does not reach Exchange', undefined, 502, 'PROXY_FAILED none'],
  ])('that %s, the failure is its own', async (_what, wanted, status, outcome) => {
    const { port } = await startProxy(wanted, status)
    const waysOut = { proxyUrl: `http://127.0.0.1:${port}` }
    expect(await outcomeOf({ url: 'https://mail.contoso.example/', waysOut })).toBe(outcome)
  })

  test('that is not there, neither', async () => {
    const waysOut = { proxyUrl: 'http://127.0.0.1:9' }
    expect(await outcomeOf({ url: 'https://mail.contoso.example/', waysOut })).toBe('PROXY_UNREACHABLE none')
  })

  test.each([
    ['mail.contoso.example', 'contoso.example', false],
    ['mail.contoso.example', '.contoso.example', false],
    ['mail.contoso.example', '*.contoso.example, localhost', false],
    ['mail.contoso.example:443', 'mail.contoso.example:443', false],
    ['mail.contoso.example', '*', false],
    ['mail.contoso.example', 'mail.contoso.example:8443', true],
    ['mail.contoso.example', 'oso.example,fabrikam.example', true],
    ['[::1]', '::1', false],
    ['mail.contoso.example', '', true],
  ])('%s with NO_PROXY %j goes: %s', (host, noProxy, isProxied) => {
    const waysOut = { proxyUrl: 'http://proxy:3128', noProxy }
    expect(proxyFor(new URL(`https://${host}/EWS`), waysOut) !== undefined).toBe(isProxied)
  })
})

describe('the cookies of load balancers', () => {
  test('come back with calls of the same mailbox only, until they end', async () => {
    const cookies: unknown[] = []
    const answers = [['X-BackEndCookie=one; path=/', 'lb=a'], ['lb=; Max-Age=0'], [], []]
    const url = await startPlain((request) => {
      cookies.push(request.cookie)
      return answers[cookies.length - 1] ?? []
    })
    const transport = transportTo({ url })
    const call = (mailbox: string) => transport.post({ ...aPost, headers: { 'x-anchormailbox': mailbox } })
    await call('alice@contoso.example')
    await call('Alice@contoso.example')
    await call('bob@contoso.example')
    await call('alice@contoso.example')
    expect(cookies).toEqual([undefined, 'X-BackEndCookie=one; lb=a', undefined, 'X-BackEndCookie=one'])
  })
})

const aPost = { body: 'x', headers: {} }

function transportTo(options: TransportChanges) {
  const transport = aTransport(options)
  onTestFinished(() => transport.close())
  return transport
}

function outcomeOf(options: TransportChanges): Promise<string> {
  return transportTo(options)
    .post(aPost)
    .then(
      () => 'ok',
      ({ code, effect }: { code: string; effect: string }) => `${code} ${effect}`,
    )
}

async function startTls(certificate: string, options: ServerOptions = {}, requests: unknown[] = []) {
  const [cert, key] = [`${certificate}.pem`, `${certificate}.key.pem`].map((name) => readFileSync(path(name)))
  const server = createTlsServer({ ...options, cert, key }, (request, response) => {
    requests.push(request.headers)
    request.resume().on('end', () => response.end(envelope))
  })
  return `https://127.0.0.1:${await listen(server)}/EWS/Exchange.asmx`
}

async function startPlain(cookiesFor: (headers: Record<string, unknown>) => string[] = () => []) {
  const server = createServer((request, response) => {
    response.setHeader('set-cookie', cookiesFor(request.headers))
    request.resume().on('end', () => response.end(envelope))
  })
  return `http://127.0.0.1:${await listen(server)}/exchange/EWS/Exchange.asmx`
}

/** A proxy that knows CONNECT only, and wants this `Proxy-Authorization`. */
async function startProxy(wanted?: string, status = 200) {
  const targets: string[] = []
  const sockets: Duplex[] = []
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connect', (request, socket) => {
    socket.on('error', () => {})
    const isWelcome = wanted === undefined || request.headers['proxy-authorization'] === wanted
    if (!isWelcome) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    targets.push(request.url ?? '')
    const [host, port] = (request.url ?? '').split(':')
    const out = connectTcp(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      out.pipe(socket).pipe(out)
    })
    out.on('error', () => socket.destroy())
    sockets.push(socket, out)
  })
  const port = await listen(server)
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  return { port, targets }
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  return (server.address() as AddressInfo).port
}
