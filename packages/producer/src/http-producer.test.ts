import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AppointmentEvent, createProducer, eventSchema } from './index.ts'

const event = (version: number, bodyLength = 0): AppointmentEvent => ({
  type: 'appointment.updated',
  mailbox: 'alice@contoso.example',
  appointmentId: 'APP-1042',
  version,
  time: '2027-01-01T00:00:00Z',
  appointment: {
    subject: 'Site visit',
    body: { contentType: 'text', content: 'x'.repeat(bodyLength) },
    start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' },
    end: { dateTime: '2027-03-28T10:00:00', timeZone: 'Europe/Amsterdam' },
  },
})

describe('the producer over HTTP', () => {
  test('sends events that keep the contract, with its key, and gives back the results in order', async () => {
    const { producer, requests } = await setUp()
    const results = await producer.send([event(1), event(2)])

    expect(results.map(({ version }) => version)).toEqual([1, 2])
    const [request] = requests
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer key',
      'content-type': 'application/cloudevents-batch+json',
    })
    for (const sent of request!.events) expect(eventSchema.safeParse(sent).success).toBe(true)
  })

  test('gives an event the same id whenever it is sent', async () => {
    const { producer, requests } = await setUp()
    await producer.send([event(1)])
    await producer.send([event(1)])
    const ids = requests.map(({ events: [sent] }) => (sent as { id: string }).id)
    expect(ids).toEqual(['alice@contoso.example/APP-1042/1', 'alice@contoso.example/APP-1042/1'])
  })

  test('splits what is too much for one request', async () => {
    const { producer, requests } = await setUp()
    expect(await producer.send(Array.from({ length: 205 }, (_, i) => event(i + 1)))).toHaveLength(205)
    expect(requests.map(({ events }) => events.length)).toEqual([100, 100, 5])
  })

  test('splits what is too large for one request', async () => {
    const { producer, requests } = await setUp()
    await producer.send(Array.from({ length: 5 }, (_, i) => event(i + 1, 250_000)))
    expect(requests.map(({ events }) => events.length)).toEqual([3, 2])
  })

  test('sends nothing if there is nothing to send', async () => {
    const { producer, requests } = await setUp()
    expect(await producer.send([])).toEqual([])
    expect(requests).toEqual([])
  })

  test.each([
    [503, '7', 7_000],
    [429, undefined, 2_000],
    [502, 'soon', 2_000],
  ])('on %i asks to come again later', async (status, retryAfter, retryAfterMs) => {
    const { producer } = await setUp((response) =>
      response.writeHead(status, retryAfter === undefined ? {} : { 'Retry-After': retryAfter }).end(),
    )
    await expect(producer.send([event(1)])).rejects.toMatchObject({
      name: 'LockstepUnavailableError',
      retryAfterMs,
    })
  })

  test('tells what Lockstep says against the request', async () => {
    const { producer } = await setUp((response) =>
      response
        .writeHead(401)
        .end(JSON.stringify({ status: 401, detail: 'Wrong key.', mend: 'Use another.' })),
    )
    await expect(producer.send([event(1)])).rejects.toMatchObject({
      name: 'LockstepRefusedError',
      status: 401,
      message: expect.stringContaining('Wrong key. Use another.'),
    })
  })

  test('takes an answer that is not from Lockstep for none', async () => {
    const { producer } = await setUp((response) => response.writeHead(200).end('<html>Please log in</html>'))
    await expect(producer.send([event(1)])).rejects.toThrow('not Lockstep')
  })

  test('does not wait for ever', async () => {
    const { producer } = await setUp(() => {}, { timeoutMs: 50 })
    await expect(producer.send([event(1)])).rejects.toMatchObject({ name: 'LockstepUnavailableError' })
  })
})

type Request = { headers: IncomingMessage['headers']; events: unknown[] }

async function setUp(answer?: (response: ServerResponse) => void, options: { timeoutMs?: number } = {}) {
  const requests: Request[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const events = body as { id: string; data: { version: number } }[]
      requests.push({ headers: request.headers, events })
      if (answer) return answer(response)
      const results = events.map(({ id, data }) => ({ id, version: data.version, status: 'accepted' }))
      response.writeHead(202).end(JSON.stringify({ results }))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { producer: createProducer({ url, apiKey: 'key', source: '/apps/crm', ...options }), requests }
}
