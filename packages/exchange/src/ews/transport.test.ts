import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aTransport, type TransportChanges } from '../testing/a-transport.ts'
import { TransportError } from './transport-error.ts'

const envelope =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>é</s:Body></s:Envelope>'
const fault = envelope.replace('é', '<s:Fault><faultcode>x</faultcode></s:Fault>')

describe('a SOAP answer', () => {
  test('comes back as it was sent, after one request that says who asks', async () => {
    const { post, requests } = await setUp((_, response) => response.end(envelope))
    expect(await post('é')).toEqual({ status: 200, xml: envelope })
    expect(requests).toMatchObject([
      {
        'content-length': '2',
        'user-agent': 'test',
        'x-anchormailbox': 'alice',
        authorization: `Basic ${Buffer.from('svc:pä:ss').toString('base64')}`,
      },
    ])
  })

  test('is unpacked', async () => {
    const { post } = await setUp((_, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(envelope))
    })
    expect(await post()).toEqual({ status: 200, xml: envelope })
  })

  test.each([200, 500])('that is a fault counts as one, also with status %i', async (status) => {
    const { post } = await setUp((_, response) => response.writeHead(status).end(fault))
    expect(await post()).toEqual({ status: 500, xml: fault })
  })
})

describe('an answer that is larger than it may be', () => {
  const mostAnswerBytes = 64 * 1024
  const padded = (bytes: number) => envelope.padEnd(bytes - 1)

  test('is read as long as it is not', async () => {
    const { post } = await setUp((_, response) => response.end(padded(mostAnswerBytes)), { mostAnswerBytes })
    expect(await post()).toMatchObject({ status: 200 })
  })

  test('is not read on: its connection is closed, and it may have had its effect', async () => {
    const closed = Promise.withResolvers<void>()
    const { post } = await setUp(
      (_, response) => {
        response.on('close', closed.resolve)
        const endless = () =>
          void (response.write(padded(mostAnswerBytes), 'utf8')
            ? setImmediate(endless)
            : response.once('drain', endless))
        endless()
      },
      { mostAnswerBytes },
    )
    expect(await failureOf(post())).toMatchObject({ code: 'ANSWER_TOO_LARGE', effect: 'unknown' })
    await closed.promise
  })

  test('is not unpacked', async () => {
    const { post } = await setUp(
      (_, response) => {
        response.setHeader('content-encoding', 'gzip').end(gzipSync(padded(mostAnswerBytes + 1)))
      },
      { mostAnswerBytes },
    )
    expect(await failureOf(post())).toMatchObject({ code: 'ANSWER_TOO_LARGE' })
  })
})

describe('a status without SOAP', () => {
  test.each([
    [403, 'none'],
    [404, 'none'],
    [429, 'none'],
    [503, 'none'],
    [500, 'unknown'],
    [502, 'unknown'],
    [504, 'unknown'],
  ] as const)('%i leaves effect: %s', async (status, effect) => {
    const { post } = await setUp((_, response) => response.writeHead(status).end('<html>no</html>'))
    expect(await failureOf(post())).toMatchObject({ kind: 'http', code: `HTTP_${status}`, status, effect })
  })

  test('200 may have had its effect', async () => {
    const { post } = await setUp((_, response) => response.end('<html>sign in</html>'))
    expect(await failureOf(post())).toMatchObject({ code: 'NO_SOAP', effect: 'unknown' })
  })

  test.each([
    ['7', 7_000],
    [new Date(Date.now() - 60_000).toUTCString(), 0],
    ['soon', undefined],
  ])('keeps Retry-After: %s', async (header, retryAfterMs) => {
    const { post } = await setUp((_, response) => response.writeHead(503, { 'retry-after': header }).end())
    expect((await failureOf(post())).retryAfterMs).toBe(retryAfterMs)
  })
})

describe('a request that never reached Exchange had no effect', () => {
  test.each([
    ['refused', 'http://127.0.0.1:9/', 'ECONNREFUSED'],
    ['to nowhere', 'http://exchange.invalid/', expect.stringMatching(/^E/)],
  ])('%s', async (_name, url, code) => {
    expect(await failureOf(transport({ url }).post(aPost()))).toMatchObject({
      kind: 'network',
      code,
      effect: 'none',
    })
  })

  test('to somebody whose certificate is not trusted', async () => {
    const url = await startTls()
    expect(await failureOf(transport({ url }).post(aPost()))).toMatchObject({
      kind: 'network',
      effect: 'none',
    })
  })

  test('connected only after its deadline', async () => {
    const { late, requests } = await setUp((_, response) => response.end(envelope))
    expect(await failureOf(late())).toMatchObject({ kind: 'late', code: 'TOO_LATE', effect: 'none' })
    expect(requests).toEqual([])
  })

  test('aborted before it began', async () => {
    const { post } = await setUp((_, response) => response.end(envelope))
    expect(await failureOf(post('', AbortSignal.abort()))).toMatchObject({ kind: 'aborted', effect: 'none' })
  })
})

describe('a request whose answer is lost may have had its effect', () => {
  test('because the connection broke', async () => {
    const { post } = await setUp((request) => request.socket.destroy())
    expect(await failureOf(post())).toMatchObject({ kind: 'network', effect: 'unknown' })
  })

  test('because it broke within the answer', async () => {
    const { post } = await setUp((request, response) => {
      response.writeHead(200, { 'content-length': 900 }).write(envelope, () => request.socket.destroy())
    })
    expect(await failureOf(post())).toMatchObject({ kind: 'network', effect: 'unknown' })
  })

  test('because nobody answered in time', async () => {
    const { post } = await setUp(() => {}, { timeoutMs: 50 })
    expect(await failureOf(post())).toMatchObject({ kind: 'timeout', code: 'TIMEOUT', effect: 'unknown' })
  })

  test('because the caller hung up', async () => {
    const caller = new AbortController()
    const { post } = await setUp(() => caller.abort())
    expect(await failureOf(post('', caller.signal))).toMatchObject({ kind: 'aborted', effect: 'unknown' })
  })
})

test('trusts a private authority whose certificate it is given', async () => {
  const file = new URL('./fixtures/localhost.cert.pem', import.meta.url).pathname
  const url = await startTls()
  expect(await transport({ url, trust: { authorities: { file } } }).post(aPost())).toMatchObject({
    status: 200,
  })
})

test('reuses its connections', async () => {
  const { post, server } = await setUp((_, response) => response.end(envelope))
  let connections = 0
  server.on('connection', () => (connections += 1))
  for (let call = 0; call < 5; call += 1) await post()
  expect(connections).toBeLessThan(5)
})

async function setUp(listener: RequestListener, options: Partial<TransportChanges> = {}) {
  const requests: object[] = []
  const server = createServer((request, response) => {
    requests.push(request.headers)
    request.resume().on('end', () => listener(request, response))
  })
  const url = await listen(server)
  const tried = transport({ url, ...options })
  return {
    server,
    requests,
    late: () => tried.post({ ...aPost(), deadline: { isPast: () => true } }),
    post: (body = 'x', signal?: AbortSignal) => tried.post({ ...aPost(), body, signal }),
  }
}

function transport(options: TransportChanges) {
  const created = aTransport(options)
  onTestFinished(() => created.close())
  return created
}

function aPost() {
  return { body: 'x', headers: { 'x-anchormailbox': 'alice', 'content-type': 'text/xml' } }
}

async function startTls(): Promise<string> {
  const read = (name: string) => readFileSync(new URL(`./fixtures/localhost.${name}.pem`, import.meta.url))
  const server = createTlsServer({ key: read('key'), cert: read('cert') }, (request, response) => {
    request.resume().on('end', () => response.end(envelope))
  })
  return (await listen(server)).replace('http:', 'https:')
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`
}

async function failureOf(call: Promise<unknown>): Promise<TransportError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(TransportError)
  return error as TransportError
}
