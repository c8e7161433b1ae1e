import { describe, expect, test, vi } from 'vitest'
import type { FaultOptions } from './faults.ts'
import { calendarItem, createItem, deleteItem, getItem, someTimes } from './testing/requests.ts'
import { alice, bob, setUp } from './testing/set-up.ts'
import { codeOf, codesOf, post } from './testing/soap-client.ts'
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
    await vi.waitFor(() => expect(simulator.calendarOf(alice)).toHaveLength(1))
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
    await vi.waitFor(async () =>
      expect(await call(create).catch((error: Error) => error.cause)).toMatchObject({ code: 'ECONNREFUSED' }),
    )
    simulator.faults.remove(id)
    await vi.waitFor(async () => expect(codeOf(await call(create))).toBe('NoError'))
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

async function postRaw(url: string): Promise<Response> {
  const envelope =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    '<GetItem xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"/></s:Body></s:Envelope>'
  return post(url, envelope)
}
