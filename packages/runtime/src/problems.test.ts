import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { listen } from './listen.ts'
import { createLogger } from './logger.ts'
import { notFound, ProblemError, problems } from './problems.ts'
import { connectRedis } from './redis.ts'
import { requestId } from './request-id.ts'

const schema = z.object({ data: z.object({ attendees: z.array(z.object({ address: z.email() })) }) })

test('a request that breaks the schema is told each field', async () => {
  const { post } = await setUp()
  const { status, type, body } = await post('/parsed', { data: { attendees: [{ address: 'nobody' }, {}] } })
  expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json; charset=utf-8' })
  expect(body).toMatchObject({
    title: 'Bad Request',
    status: 400,
    errors: [{ field: 'data.attendees[0].address' }, { field: 'data.attendees[1].address' }],
    requestId: 'r-1',
  })
})

test.each([
  ['malformed JSON', '{"subject":"S3CRET', {}, 400, 'The body is not JSON.'],
  [
    'a body over the limit',
    JSON.stringify({ pad: 'x'.repeat(3_000) }),
    {},
    413,
    'The body is larger than 2 KiB.',
  ],
  [
    'a strange encoding',
    '{}',
    { 'Content-Encoding': 'x-own' },
    415,
    'The content encoding is not supported.',
  ],
  [
    'a strange charset',
    '{}',
    { 'Content-Type': 'application/json; charset=x' },
    415,
    'The character set is not supported.',
  ],
])('%s is answered with what to do instead', async (_name, text, headers, status, detail) => {
  const { post } = await setUp()
  const answer = await post('/parsed', text, headers)
  expect(answer).toMatchObject({ status, body: { status, detail, mend: expect.any(String) as string } })
  expect(answer.text).not.toContain('S3CRET')
})

test('a failure of ours is logged, and shows the caller nothing but a request id', async () => {
  const { post, lines } = await setUp()
  const { status, text } = await post('/broken', {})
  expect(status).toBe(500)
  expect(text).toContain('"requestId":"r-1"')
  expect(text).not.toMatch(/S3CRET|problems\.test/)
  expect(lines.join('')).toContain('"requestId":"r-1"')
})

test('a Redis that is away is answered with 503 and when to come again', async () => {
  const { post } = await setUp()
  const { status, retryAfter, body } = await post('/stored', {})
  expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: '2' })
  expect(body).toMatchObject({
    title: 'Service Unavailable',
    detail: 'The store is not available. Nothing was stored.',
  })
})

test('a route can answer with a problem of its own', async () => {
  const { post } = await setUp()
  const { status, retryAfter, body } = await post('/gone', {})
  expect({ status, retryAfter, body }).toEqual({
    status: 410,
    retryAfter: '9',
    body: { status: 410, type: 'about:blank', title: 'Gone', detail: 'Too old.', requestId: 'r-1' },
  })
})

test('an unknown path is a problem too', async () => {
  const { post } = await setUp()
  expect(await post('/nowhere', {})).toMatchObject({
    status: 404,
    body: { detail: 'There is nothing at POST /nowhere.' },
  })
})

test('a request id that could do harm in a log is replaced', async () => {
  const { post } = await setUp()
  const { body } = await post('/nowhere', {}, { 'X-Request-Id': 'a b"c' })
  expect(body).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string })
})

async function setUp() {
  const lines: string[] = []
  const log = createLogger('tester', 'info', { write: (line) => void lines.push(line) })
  const redis = connectRedis('redis://127.0.0.1:1', { role: 'ledger', log: createLogger('tester', 'silent') })
  const gone = new ProblemError({ status: 410, detail: 'Too old.' }, { headers: { 'Retry-After': '9' } })
  const app = express()
    .use(requestId())
    .use(express.json({ limit: '2kb' }))
    .post('/parsed', (request, response) => void response.json(schema.parse(request.body)))
    .post('/broken', () => Promise.reject(new Error('S3CRET')))
    .post('/stored', async () => void (await redis.ping()))
    .post('/gone', () => Promise.reject(gone))
    .use(notFound())
    .use(problems({ log }))
  const { url, close } = await listen(app, { port: 0, variable: 'PORT' })
  onTestFinished(async () => {
    redis.disconnect()
    await close()
  })

  const post = async (path: string, content: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'r-1', ...headers },
      body: typeof content === 'string' ? content : JSON.stringify(content),
    })
    const text = await response.text()
    const { status } = response
    const type = response.headers.get('content-type')
    return {
      status,
      type,
      retryAfter: response.headers.get('retry-after'),
      text,
      body: JSON.parse(text) as unknown,
    }
  }
  return { post, lines }
}
