import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { unlimitedBudget } from '../budget.ts'
import { aTransport } from '../testing/a-transport.ts'
import { createEwsClient } from './ews-client.ts'
import { Envelopes } from './envelopes.ts'
import { createEwsGateway } from './ews-gateway.ts'

const group = { anchor: 'alice@contoso.example' }
const opening = said('<m:ConnectionStatus>OK</m:ConnectionStatus>')
const silentMs = 600

test('documents are read wherever the chunks begin and end, several at once too', async () => {
  const { listen, told } = await setUp(async (response) => {
    const bytes = Buffer.from(opening + changed('S-é') + changed('S2') + changed('S2'))
    for (const byte of bytes) response.write(Buffer.of(byte))
    response.write(changed('S3') + changed('S4'))
  })
  await listen()
  await eventually(() => expect(told).toEqual(['S-é', 'S2', 'S2', 'S3', 'S4']))
})

test('a character that two chunks share is read whole', () => {
  const envelopes = new Envelopes()
  const document = opening.replace('OK', 'é')
  const read = [...Buffer.from(`${document} ${document}`)].flatMap((byte) => envelopes.push(Buffer.of(byte)))
  expect(read).toEqual([document, document])
})

test('a connection without heartbeats is dead', async () => {
  const { listen } = await setUp((response) => {
    response.write(opening)
    let beats = 0
    const timer = setInterval(() => {
      beats += 1
      if (beats <= 25) response.write(opening)
    }, silentMs / 10)
    onTestFinished(() => clearInterval(timer))
  })
  const startedMs = performance.now()
  expect(await (await listen()).ended).toMatchObject({ kind: 'broken', error: { code: 'SILENT' } })
  expect(performance.now() - startedMs).toBeGreaterThan(2.5 * silentMs)
})

test.each([
  ['when its time is over', said('<m:ConnectionStatus>Closed</m:ConnectionStatus>'), { kind: 'over' }],
  ['broken off in the middle of a document', changed('S1').slice(0, -30), { error: { code: 'CUT_OFF' } }],
  ['with what is no SOAP', '<html></Envelope>', { kind: 'broken', error: { code: 'MALFORMED_STREAM' } }],
])('a connection ends %s', async (_how, last, end) => {
  const { listen } = await setUp((response) => {
    response.write(opening)
    setImmediate(() => response.end(last))
  })
  expect(await (await listen()).ended).toMatchObject(end)
})

test('a connection that is refused at once does not open', async () => {
  const { listen } = await setUp((response) => {
    response.end(said('', 'ErrorInternalServerError'))
  })
  await expect(listen()).rejects.toMatchObject({ code: 'ErrorInternalServerError' })
})

test('the connection of a group goes where its subscriptions are, by cookie and anchor', async () => {
  const { gateway, listen, requests } = await setUp((response) => {
    response.write(opening)
  })
  await gateway.subscribeStreaming('alice@contoso.example', group)
  await gateway.subscribeStreaming('bob@contoso.example', group)
  await listen()
  const affinity = {
    'x-anchormailbox': group.anchor,
    'x-preferserveraffinity': 'true',
    cookie: 'X-BackEndOverrideCookie=mbx7~1',
  }
  expect(requests).toMatchObject([{ 'x-anchormailbox': group.anchor }, affinity, affinity])
  expect(requests[0]).not.toHaveProperty('cookie')
})

async function setUp(stream: (response: ServerResponse) => void | Promise<void>) {
  const requests: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push(request.headers)
      if (body.includes('GetStreamingEvents')) return stream(response)
      response.setHeader('set-cookie', 'X-BackEndOverrideCookie=mbx7~1; path=/').end(subscribed)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/EWS/Exchange.asmx`
  const transport = aTransport({ url })
  onTestFinished(async () => {
    await transport.close()
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  const client = createEwsClient({ url, transport, budget: unlimitedBudget, silentMs, deadlineMs: 5_000 })
  const gateway = createEwsGateway(client)
  const told: string[] = []
  const listen = () => gateway.listen(group, ['S1'], (id) => told.push(id))
  return { gateway, listen, told, requests }
}

function envelope(body: string): string {
  return `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${body}</Body></Envelope>`
}

function response(operation: string, content: string, code = 'NoError'): string {
  const message = `<m:${operation}ResponseMessage ResponseClass="${code === 'NoError' ? 'Success' : 'Error'}">`
  return envelope(
    `<m:${operation}Response xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"` +
      ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>' +
      `${message}<m:ResponseCode>${code}</m:ResponseCode>${content}</m:${operation}ResponseMessage>` +
      `</m:ResponseMessages></m:${operation}Response>`,
  )
}

function said(content: string, code?: string): string {
  return response('GetStreamingEvents', content, code)
}

function changed(id: string): string {
  const event = '<t:CreatedEvent><t:ItemId Id="x"/></t:CreatedEvent>'
  return said(
    `<m:Notifications><m:Notification><t:SubscriptionId>${id}</t:SubscriptionId>${event}</m:Notification></m:Notifications>`,
  )
}

const subscribed = response('Subscribe', '<m:SubscriptionId>S1</m:SubscriptionId>')
