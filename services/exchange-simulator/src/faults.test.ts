import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import type { FaultOptions } from './faults.ts'
import { startPushListener } from './testing/push-listener.ts'
import {
  calendarFolder,
  calendarItem,
  createItem,
  deleteItem,
  getItem,
  someTimes,
} from './testing/requests.ts'
import { alice, bob, setUp } from './testing/set-up.ts'
import { codeOf, codesOf, post } from './testing/soap-client.ts'
import { leaf, node } from './xml/build.ts'
import { descend } from './xml/element.ts'

const create = createItem(calendarItem(...someTimes))

describe('a busy server', () => {
  test.each([
    { backOffMs: 4_000, said: '4000' },
    { backOffMs: 0, said: '0' },
    { backOffMs: undefined, said: undefined },
  ])('says so in a fault with the hint $said', async ({ backOffMs, said }) => {
    const { simulator, call } = await setUp()
    simulator.faults.add({ kind: 'busyFault', ...(backOffMs !== undefined && { backOffMs }) })
    const reply = await call(create)
    expect([reply.status, codeOf(reply)]).toEqual([500, 'ErrorServerBusy'])
    expect(descend(reply.body, 'detail', 'MessageXml', 'Value')?.text).toBe(said)
  })

  test('says so for one item of a batch', async () => {
    const { simulator, call, create: made } = await setUp()
    const refs = [await made(calendarItem(...someTimes)), await made(calendarItem(...someTimes))]
    simulator.faults.add({ kind: 'busyItem', backOffMs: 10, itemId: refs[1]?.Id ?? '' })
    expect(codesOf(await call(getItem(refs)))).toEqual(['NoError', 'ErrorServerBusy'])
  })

  test('says so by HTTP', async () => {
    const { simulator } = await setUp()
    simulator.faults.add({ kind: 'unavailable', retryAfterSeconds: 7 })
    const response = await postRaw(simulator.url)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7'])
  })
})

describe('a lost answer', () => {
  const cases: { fault: FaultOptions; items: number }[] = [
    { fault: { kind: 'dropBeforeEffect' }, items: 0 },
    { fault: { kind: 'dropAfterEffect' }, items: 1 },
  ]
  test.each(cases)('$fault.kind leaves $items item', async ({ fault, items }) => {
    const { simulator, call } = await setUp()
    simulator.faults.add({ ...fault, times: 1 })
    await expect(call(create)).rejects.toThrow('fetch failed')
    expect(simulator.calendarOf(alice)).toHaveLength(items)
    expect(codeOf(await call(create))).toBe('NoError')
  })

  test('the effect may land after the caller gave up', async () => {
    const { simulator, call } = await setUp()
    simulator.faults.add({ kind: 'lateEffect', effectAfterMs: 50 })
    await expect(call(create)).rejects.toThrow('fetch failed')
    expect(simulator.calendarOf(alice)).toHaveLength(0)
    await eventually(() => expect(simulator.calendarOf(alice)).toHaveLength(1))
  })
})

describe('a fault', () => {
  test.each([
    { kind: 'emptyError', type: null },
    { kind: 'htmlError', type: 'text/html' },
  ] as const)('$kind is an error that is no SOAP', async ({ kind, type }) => {
    const { simulator } = await setUp()
    simulator.faults.add({ kind })
    const response = await postRaw(simulator.url)
    expect([response.status, response.headers.get('content-type')]).toEqual([500, type])
  })

  test('strikes only where and as often as it was asked to, and counts', async () => {
    const { simulator, call } = await setUp()
    simulator.faults.add({
      kind: 'error',
      code: 'ErrorMailboxMoveInProgress',
      mailbox: bob,
      operation: 'CreateItem',
      after: 1,
      times: 2,
    })
    const codes = []
    for (let n = 0; n < 4; n++) codes.push(codeOf(await call(create, { impersonate: bob })))
    expect(codes).toEqual(['NoError', 'ErrorMailboxMoveInProgress', 'ErrorMailboxMoveInProgress', 'NoError'])
    expect(codeOf(await call(create, { impersonate: alice }))).toBe('NoError')
    expect([simulator.faults.counts, simulator.faults.active]).toEqual([{ error: 2 }, []])
  })

  test('refused connections are taken again once it is removed, with everything still there', async () => {
    const { simulator, call } = await setUp()
    await call(create)
    const id = simulator.faults.add({ kind: 'refuseConnections' })
    await eventually(async () =>
      expect(await call(create).catch((error: Error) => error.cause)).toMatchObject({ code: 'ECONNREFUSED' }),
    )
    simulator.faults.remove(id)
    await eventually(async () => expect(codeOf(await call(create))).toBe('NoError'))
    expect(simulator.calendarOf(alice)).toHaveLength(2)
  })

  test('latency holds calls up side by side, and the most in flight is noted', async () => {
    const { simulator, call } = await setUp()
    simulator.faults.add({ kind: 'latency', ms: 100 })
    await Promise.all(Array.from({ length: 5 }, () => call(deleteItem({ Id: 'x' }))))
    expect(simulator.mostInFlight).toEqual({ 'svc-lockstep@contoso.example': 5 })
    expect(simulator.calls).toEqual({ DeleteItem: 5 })
  })
})

describe('a broken answer', () => {
  test('may be half of what was announced, after the effect', async () => {
    const { simulator, call } = await setUp()
    simulator.faults.add({ kind: 'halfAnswer', times: 1 })
    await expect(call(create)).rejects.toThrow('terminated')
    expect([simulator.calendarOf(alice).length, simulator.faults.counts]).toEqual([1, { halfAnswer: 1 }])
  })

  test('may be XML that ends too soon', async () => {
    const { simulator, raw } = await setUp()
    simulator.faults.add({ kind: 'malformedXml' })
    const response = await raw(create)
    expect(response.headers.get('content-length')).toBe(String((await response.text()).length))
    expect(response.status).toBe(200)
    await expect(raw(create).then((again) => again.text())).resolves.not.toContain('</s:Envelope>')
  })
})

describe('a restart', () => {
  test('breaks the call, refuses connections for a while, and loses the subscriptions', async () => {
    const { simulator, call } = await setUp()
    const { url } = await startPushListener()
    await call(subscribe(url))
    expect(simulator.subscriptions.count).toBe(1)
    simulator.faults.add({ kind: 'restart', downMs: 150, operation: 'CreateItem', times: 1 })
    await expect(call(create)).rejects.toThrow('fetch failed')
    await eventually(async () =>
      expect(await call(create).catch((error: Error) => error.cause)).toMatchObject({ code: 'ECONNREFUSED' }),
    )
    await eventually(async () => expect(codeOf(await call(create))).toBe('NoError'))
    expect([simulator.subscriptions.count, simulator.faults.counts]).toEqual([0, { restart: 1 }])
  })
})

describe('notifications', () => {
  test('come in another order', async () => {
    const { simulator, call, create: made } = await setUp()
    const listener = await startPushListener()
    await call(subscribe(listener.url))
    await eventually(() => expect(listener.events).toHaveLength(1))
    simulator.faults.add({ kind: 'notificationReordered', times: 1 })
    const first = await made(calendarItem(...someTimes))
    const second = await made(calendarItem(...someTimes))
    await eventually(() => expect(listener.events).toHaveLength(3))
    expect(listener.events.slice(1).map(({ itemId }) => itemId)).toEqual([second.Id, first.Id])
    expect(simulator.faults.counts).toEqual({ notificationReordered: 1 })
  })
})

describe('a wrong clock', () => {
  test('shows in the Date header and in the times of items', async () => {
    const { simulator, call, read, create: made } = await setUp()
    const hour = 3_600_000
    simulator.faults.add({ kind: 'clockSkew', ms: -hour })
    const item = await read(await made(calendarItem(...someTimes)))
    const modified = Date.parse(descend(item, 'LastModifiedTime')?.text ?? '')
    const said = Date.parse((await call(create)).headers.get('date') ?? '')
    for (const time of [modified, said]) expect(Math.abs(time + hour - Date.now())).toBeLessThan(5_000)
    expect(simulator.faults.counts.clockSkew).toBeGreaterThan(0)
  })
})

describe('chance', () => {
  test('lets a fault strike a share of the calls', async () => {
    const { simulator, call } = await setUp()
    simulator.faults.add({ kind: 'busyFault', share: 0.5 })
    const codes = await Promise.all(Array.from({ length: 100 }, () => call(create).then(codeOf)))
    const busy = codes.filter((code) => code === 'ErrorServerBusy').length
    expect(busy).toBeGreaterThan(20)
    expect(busy).toBeLessThan(80)
  })
})

function subscribe(url: string) {
  const content = [
    node('t:FolderIds', calendarFolder),
    node('t:EventTypes', leaf('t:EventType', 'CreatedEvent')),
    leaf('t:StatusFrequency', 1),
    leaf('t:URL', url),
  ]
  return node('m:Subscribe', node('m:PushSubscriptionRequest', content))
}

async function postRaw(url: string): Promise<Response> {
  const envelope =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<GetItem xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"/></s:Body></s:Envelope>'
  return post(url, envelope)
}
