import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { startTestIngress } from '../testing/start.ts'
import { parseSources } from './allow-list.ts'
import { parseNetwork } from './networks.ts'

const fixtures = new URL('../../../../packages/exchange/src/trust/fixtures/', import.meta.url)
const pathOf = (name: string) => new URL(name, fixtures).pathname
const request = (more = '') =>
  `POST /exchange/notifications/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n${more}\r\n`

/** A source on the list is told that its token is unknown, any other that it is not on the list. */
const isAllowed = /^HTTP\/1\.1 404/
const isRefused = /^HTTP\/1\.1 403/

const v1 = Buffer.from('PROXY TCP4 40.96.0.1 127.0.0.1 4242 443\r\n')
const v2 = Buffer.from('0d0a0d0a000d0a515549540a2111000c286000017f000001109201bb', 'hex')
const stranger = Buffer.from('PROXY TCP4 203.0.113.9 127.0.0.1 4242 443\r\n')

describe('a connection from a proxy that says who is behind it', () => {
  test.each([
    ['version 1', v1, isAllowed],
    ['version 2', v2, isAllowed],
    ['version 1, a stranger', stranger, isRefused],
    ['version 1, no addresses', Buffer.from('PROXY UNKNOWN\r\n'), isRefused],
  ])('%s: is from there, on both ports, in one piece or byte by byte', async (_what, header, expected) => {
    const { plain, secure } = await setUp()
    for (const pieces of [[header], [...header].map((byte) => Buffer.from([byte]))]) {
      expect(await plain(pieces)).toMatch(expected)
      expect(await secure(pieces)).toMatch(expected)
    }
  })

  test('in one piece with its request is read whole', async () => {
    const { plain } = await setUp()
    expect(await plain([Buffer.concat([v1, Buffer.from(request())])], '')).toMatch(isAllowed)
  })

  test('several connections at a time are each from where they say', async () => {
    const { secure } = await setUp()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => secure([n % 2 ? v1 : stranger])))
    for (const [n, answer] of answers.entries()) expect(answer).toMatch(n % 2 ? isAllowed : isRefused)
  })

  test('is cut off without a header', async () => {
    const { plain } = await setUp()
    expect(await plain([], request())).toBe('')
    expect(await plain([Buffer.from('PROXY TCP4 nowhere 127.0.0.1 1 2\r\n')])).toBe('')
  })

  test('is from the proxy behind it, whose X-Forwarded-For counts if that one is trusted too', async () => {
    const { plain } = await setUp({ trusted: ['203.0.113.9'] })
    expect(await plain([stranger], request('X-Forwarded-For: 40.96.0.1\r\n'))).toMatch(isAllowed)
    expect(await plain([v1], request('X-Forwarded-For: 203.0.113.1\r\n'))).toMatch(isAllowed)
  })
})

test('nobody else is believed: a header is no HTTP', async () => {
  const { plain } = await setUp({ proxies: [] })
  expect(await plain([v1])).toMatch(/^HTTP\/1\.1 400/)
  expect(await plain([])).toMatch(isRefused)
})

async function setUp({ proxies = ['127.0.0.1'], trusted = [] as string[] } = {}) {
  const ingress = await startTestIngress({
    sources: { own: parseSources(['40.96.0.0/13'])! },
    listener: {
      trustedProxies: trusted.map((each) => parseNetwork(each)!),
      proxyProtocolFrom: proxies.map((each) => parseNetwork(each)!),
      dnsServers: [],
      tls: {
        identity: { file: pathOf('server.pem'), keyFile: pathOf('server.key.pem') },
        port: 0,
        isForAll: false,
      },
    },
  })
  const open = async (url: string, pieces: readonly Buffer[]): Promise<Socket> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay(true)
    await once(socket, 'connect')
    for (const piece of pieces) {
      socket.write(piece)
      // Each in a segment of its own, mostly.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return socket
  }
  return {
    plain: async (pieces: readonly Buffer[], ask = request()) => {
      const socket = await open(ingress.url, pieces)
      socket.write(ask)
      return text(socket).catch(() => '')
    },
    secure: async (pieces: readonly Buffer[]) => {
      const ca = readFileSync(pathOf('ca.pem'), 'utf8')
      const socket = connectTls({ socket: await open(ingress.tlsUrl!, pieces), ca, servername: 'localhost' })
      socket.write(request())
      return text(socket)
    },
  }
}
