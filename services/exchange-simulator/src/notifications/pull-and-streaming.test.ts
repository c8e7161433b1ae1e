import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import {
  calendarFolder,
  calendarItem,
  deleteItem,
  setField,
  someTimes,
  updateItem,
} from '../testing/requests.ts'
import { newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, post, type SoapReply } from '../testing/soap-client.ts'
import { readStream } from '../testing/stream-reader.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, namespaces } from '../xml/element.ts'
import type { PushTiming } from './push-subscription.ts'

const recordDir = newRecording()
const timing = { minuteMs: 60_000, retryMs: 10, heartbeatMs: 60_000 }
const item = calendarItem(...someTimes)

const everything = ['CreatedEvent', 'ModifiedEvent', 'DeletedEvent', 'MovedEvent']

function subscribeTo(
  kind: 'Pull' | 'Streaming',
  inner: Xml = '',
  types = everything,
  folders = calendarFolder,
): Xml {
  const request = [
    folders === '' ? '' : node('t:FolderIds', folders),
    node(
      't:EventTypes',
      types.map((type) => leaf('t:EventType', type)),
    ),
    inner,
  ]
  const all = folders === '' ? { SubscribeToAllFolders: true } : undefined
  return node('m:Subscribe', node(`m:${kind}SubscriptionRequest`, request, all))
}

const timeout = leaf('t:Timeout', 10)

function idOf({ messages: [message] }: SoapReply): string {
  return (message && childText(message, 'SubscriptionId')) ?? ''
}

function getEvents(id: string, watermark: string): Xml {
  return node('m:GetEvents', leaf('m:SubscriptionId', id) + leaf('m:Watermark', watermark))
}

function unsubscribe(id: string): Xml {
  return node('m:Unsubscribe', leaf('m:SubscriptionId', id))
}

async function pulling(push: Partial<PushTiming> = {}, folders = calendarFolder) {
  const bed = await setUp({ recordDir, push: { ...timing, ...push } })
  const reply = await bed.call(subscribeTo('Pull', timeout, everything, folders))
  const id = idOf(reply)
  let watermark = (reply.messages[0] && childText(reply.messages[0], 'Watermark')) ?? ''
  const first = watermark
  const pull = async (): Promise<string[]> => {
    const { messages } = await bed.call(getEvents(id, watermark))
    const [, previous, , ...events] = (messages[0] && child(messages[0], 'Notification')?.children) ?? []
    expect(previous?.text).toBe(watermark)
    const last = events.at(-1)
    watermark = (last && childText(last, 'Watermark')) ?? watermark
    return events.map(({ name }) => name)
  }
  return { ...bed, id, first, pull }
}

async function streaming(minutes = 30, push: Partial<PushTiming> = {}) {
  const bed = await setUp({ recordDir, push: { ...timing, ...push } })
  const reply = await bed.call(subscribeTo('Streaming'))
  const id = idOf(reply)
  const open = async (ids: readonly string[] = [id]) =>
    readStream(await openStream(bed.simulator.url, ids, minutes))
  return { ...bed, id, reply, open }
}

function openStream(url: string, ids: readonly string[], minutes: number): Promise<Response> {
  const list = ids.map((id) => leaf('t:SubscriptionId', id))
  const operation = node(
    'm:GetStreamingEvents',
    node('m:SubscriptionIds', list) + leaf('m:ConnectionTimeout', minutes),
  )
  const identity = leaf('t:PrimarySmtpAddress', 'alice@contoso.example')
  const header = node('t:ExchangeImpersonation', node('t:ConnectingSID', identity))
  const attributes = { 'xmlns:s': namespaces.soap, 'xmlns:t': namespaces.t, 'xmlns:m': namespaces.m }
  return post(url, node('s:Envelope', node('s:Header', header) + node('s:Body', operation), attributes))
}

describe('a pull subscription', () => {
  test('tells what happened since its watermark, and that all is well when nothing did', async () => {
    const { create, call, pull } = await pulling()
    const ref = await create(item)
    await call(updateItem(ref, [setField('item:Subject', leaf('t:Subject', 'x'))]))
    expect(await pull()).toEqual(['CreatedEvent', 'ModifiedEvent'])
    expect(await pull()).toEqual(['StatusEvent'])
    await call(deleteItem(ref))
    expect(await pull()).toEqual(['DeletedEvent'])
  })

  test('tells the same again to who comes back with the same watermark', async () => {
    const { create, call, id, first } = await pulling()
    await create(item)
    const replies = [await call(getEvents(id, first)), await call(getEvents(id, first))]
    expect(replies[0]?.text).toBe(replies[1]?.text)
  })

  test('goes on where an earlier one was', async () => {
    const { create, call, first } = await pulling()
    await create(item)
    const again = idOf(await call(subscribeTo('Pull', leaf('t:Watermark', first) + timeout)))
    expect((await call(getEvents(again, first))).text).toContain('CreatedEvent')
  })

  test.each(['AAAA', Buffer.from(`watermark ${'9'.repeat(20)}`).toString('base64')])(
    'refuses the watermark %s of nobody',
    async (watermark) => {
      const { call, id } = await pulling()
      expect(codeOf(await call(getEvents(id, watermark)))).toBe('ErrorInvalidWatermark')
      expect(codeOf(await call(subscribeTo('Pull', leaf('t:Watermark', watermark) + timeout)))).toBe(
        'ErrorInvalidWatermark',
      )
    },
  )

  test('ends with Unsubscribe, or when nobody asks in time', async () => {
    const ended = await pulling()
    expect(codeOf(await ended.call(unsubscribe(ended.id)))).toBe('NoError')
    expect(codeOf(await ended.call(unsubscribe(ended.id)))).toBe('ErrorSubscriptionNotFound')
    const forgotten = await pulling({ minuteMs: 1 })
    await eventually(() => expect(forgotten.simulator.subscriptions.count).toBe(0))
    expect(codeOf(await forgotten.call(getEvents(forgotten.id, forgotten.first)))).toBe(
      'ErrorSubscriptionNotFound',
    )
  })

  test('is for its creator only', async () => {
    const { call, id, first } = await pulling()
    const stranger = { user: 'bob@contoso.example', impersonate: null }
    expect(codeOf(await call(getEvents(id, first), stranger))).toBe('ErrorSubscriptionAccessDenied')
    expect(codeOf(await call(getEvents('nonsense', first)))).toBe('ErrorInvalidSubscription')
  })

  test.each([
    [calendarFolder, 'MovedEvent'],
    ['', 'DeletedEvent'],
  ])('of %j learns of a soft deletion as a %s', async (folders, type) => {
    const { create, call, pull } = await pulling({}, folders)
    await call(deleteItem(await create(item), 'SoftDelete'))
    expect(await pull()).toEqual(['CreatedEvent', type])
  })

  test('beyond the limit of its mailbox is refused', async () => {
    const { call, simulator } = await pulling()
    simulator.subscriptions.mostForMailbox = 1
    expect(codeOf(await call(subscribeTo('Pull', timeout)))).toBe('ErrorExceededSubscriptionCount')
  })
})

describe('a stream', () => {
  test('begins with a status, and goes on with events as they happen', async () => {
    const { open, create } = await streaming()
    const stream = await open()
    await eventually(() => expect(stream.said).toEqual(['OK']))
    await create(item)
    await eventually(() => expect(stream.said).toEqual(['OK', 'CreatedEvent']))
    expect(stream.headers.get('transfer-encoding')).toBe('chunked')
    expect(stream.documents.every((document) => document.startsWith('<Envelope '))).toBe(true)
  })

  test('has events without watermarks', async () => {
    const { open, create } = await streaming()
    await create(item)
    const stream = await open()
    await eventually(() => expect(stream.said).toContain('CreatedEvent'))
    expect(stream.documents.join('')).not.toContain('Watermark')
  })

  test('says again and again that it is alive, and at last that it is over', async () => {
    const { open } = await streaming(1, { minuteMs: 250, heartbeatMs: 60 })
    const stream = await open()
    await eventually(() => expect(stream.isOver()).toBe(true))
    expect(stream.said.slice(0, 3)).toEqual(['OK', 'OK', 'OK'])
    expect(stream.said.at(-1)).toBe('Closed')
  })

  test('gives way to a second one', async () => {
    const { open } = await streaming()
    const first = await open()
    await eventually(() => expect(first.said).toEqual(['OK']))
    await open()
    await eventually(() => expect(first.said.at(-1)).toBe('ErrorNewEventStreamConnectionOpened'))
    await eventually(() => expect(first.isOver()).toBe(true))
  })

  test('ends when the server loses its subscriptions', async () => {
    const { open, simulator } = await streaming()
    const stream = await open()
    await eventually(() => expect(stream.said).toEqual(['OK']))
    simulator.subscriptions.clear()
    await eventually(() => expect(stream.said.at(-1)).toBe('ErrorSubscriptionNotFound'))
  })

  test('of a subscription that is none names it', async () => {
    const { open, id } = await streaming()
    const stream = await open([id, 'nonsense'])
    await eventually(() => expect(stream.isOver()).toBe(true))
    expect(stream.said).toEqual(['ErrorInvalidSubscription'])
    expect(stream.documents[0]).toContain('<t:SubscriptionId>nonsense</t:SubscriptionId>')
    expect(stream.documents[0]).toContain('<m:ConnectionStatus>Closed</m:ConnectionStatus>')
  })

  test('is bound to its server by a cookie, and cannot be pulled', async () => {
    const { reply, call, id } = await streaming()
    expect(reply.headers.get('set-cookie')).toContain('X-BackEndOverrideCookie=')
    expect(codeOf(await call(getEvents(id, 'AAAA')))).toBe('ErrorInvalidSubscription')
  })

  test.each([
    ['notificationLost', []],
    ['notificationDoubled', ['CreatedEvent', 'CreatedEvent']],
  ] as const)('suffers from %s', async (kind, events) => {
    const { open, create, simulator } = await streaming()
    const stream = await open()
    simulator.faults.add({ kind, times: 1 })
    await create(item)
    await create(item)
    const all = ['OK', ...events, 'CreatedEvent']
    await eventually(() => expect(stream.said).toEqual(all))
  })
})

testRecording(recordDir)
