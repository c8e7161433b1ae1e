import { describe, expect, test } from 'vitest'
import { calendarFolder, calendarItem, createItem, someTimes } from '../testing/requests.ts'
import { alice, bob, setUp } from '../testing/set-up.ts'
import { codeOf, codesOf } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { descend } from '../xml/element.ts'
import { Budget } from './budget.ts'
import type { ThrottlingPolicy } from './policy.ts'

const create = createItem([calendarItem(...someTimes), calendarItem(...someTimes)])
const spent: Partial<ThrottlingPolicy> = { budget: { burstMs: 0, rechargeMsPerHour: 3_600, cutoffMs: 0 } }

async function subscribe({ call }: Pick<Awaited<ReturnType<typeof setUp>>, 'call'>, impersonate = alice) {
  const content =
    node('t:FolderIds', calendarFolder) + node('t:EventTypes', leaf('t:EventType', 'CreatedEvent'))
  return call(node('m:Subscribe', node('m:StreamingSubscriptionRequest', content)), { impersonate })
}

describe('calls in flight', () => {
  test('over the limit are refused; the others go on, and the most of each mailbox is noted', async () => {
    const { simulator, call } = await setUp({ throttling: { maxConcurrency: 2 } })
    simulator.faults.add({ kind: 'latency', ms: 400 })
    const replies = await Promise.all(Array.from({ length: 4 }, () => call(create)))
    expect(replies.map(codeOf).sort()).toEqual([
      'ErrorExceededConnectionCount',
      'ErrorExceededConnectionCount',
      'NoError',
      'NoError',
    ])
    expect(simulator.throttling.counts.excess).toBe(2)
    simulator.throttling.change({ maxConcurrency: null })
    const freed = await Promise.all(Array.from({ length: 6 }, () => call(create)))
    expect(freed.map(codeOf)).toEqual(Array(6).fill('NoError'))
    expect(simulator.mostInFlightByMailbox).toEqual({ [alice]: 6 })
  })

  test('of an account for itself do not count for those that it makes as somebody else', async () => {
    const { simulator, call } = await setUp({ throttling: { maxConcurrency: 1 } })
    simulator.faults.add({ kind: 'latency', ms: 400 })
    const own = call(create, { impersonate: null })
    expect([codeOf(await call(create)), codeOf(await own)]).toEqual(['NoError', 'NoError'])
  })
})

describe('streams and subscriptions', () => {
  test('over the limit of hanging connections are refused', async () => {
    const bed = await setUp({ throttling: { maxHangingConnections: 1 }, push: { minuteMs: 300 } })
    const ids = await Promise.all([subscribe(bed), subscribe(bed)])
    const streams = ids.map(({ messages }) => {
      const id = descend(messages[0]!, 'SubscriptionId')?.text ?? ''
      const request = node('m:GetStreamingEvents', [
        node('m:SubscriptionIds', leaf('t:SubscriptionId', id)),
        leaf('m:ConnectionTimeout', 1),
      ])
      return bed.raw(request).then((response) => response.status)
    })
    expect((await Promise.all(streams)).sort((a, b) => a - b)).toEqual([200, 500])
  })

  test('over the limit of a mailbox are refused, for that mailbox', async () => {
    const bed = await setUp({ throttling: { maxSubscriptions: 1 } })
    expect(codeOf(await subscribe(bed))).toBe('NoError')
    expect(codeOf(await subscribe(bed))).toBe('ErrorExceededSubscriptionCount')
    expect(codeOf(await subscribe(bed, bob))).toBe('NoError')
  })
})

describe('a spent budget', () => {
  test.each([
    { backOffMs: 'rest', said: expect.stringMatching(/^\d+$/) },
    { backOffMs: 4_000, said: '4000' },
    { backOffMs: 0, said: '0' },
    { backOffMs: null, said: undefined },
  ] as const)('refuses with the hint $backOffMs', async ({ backOffMs, said }) => {
    const { call } = await setUp({ throttling: { ...spent, backOffMs } })
    await call(create)
    const reply = await call(create)
    expect([reply.status, codeOf(reply)]).toEqual([500, 'ErrorServerBusy'])
    expect(descend(reply.body, 'detail', 'MessageXml', 'Value')?.text).toEqual(said)
  })

  test('refuses each item', async () => {
    const { call, simulator } = await setUp({ throttling: { ...spent, busyAs: 'item' } })
    await call(create)
    expect(codesOf(await call(create))).toEqual(['ErrorServerBusy', 'ErrorServerBusy'])
    expect(simulator.calendarOf(alice)).toHaveLength(2)
  })

  test('hides in an internal error', async () => {
    const { call } = await setUp({ throttling: { ...spent, busyAs: 'wrapped', backOffMs: 0 } })
    await call(create)
    const { status, messages } = await call(create)
    const values = descend(messages[0]!, 'MessageXml')?.children.map(({ attributes, text }) => [
      attributes['Name'],
      text,
    ])
    expect([status, descend(messages[0]!, 'ResponseCode')?.text]).toEqual([200, 'ErrorInternalServerError'])
    expect(Object.fromEntries(values ?? [])).toMatchObject({
      InnerErrorResponseCode: 'ErrorServerBusy',
      BackOffMilliseconds: '0',
    })
  })

  test('says so by HTTP', async () => {
    const { call, raw } = await setUp({ throttling: { ...spent, busyAs: 'unavailable', backOffMs: 1_500 } })
    await call(create)
    const { status, headers } = await raw(create)
    expect([status, headers.get('retry-after')]).toEqual([503, '2'])
  })

  test('fills again, slows down in debt, and cuts off until the debt is paid', () => {
    const budget = new Budget({ burstMs: 100, rechargeMsPerHour: 3_600_000, cutoffMs: 200 }, 0)
    budget.spend(200)
    expect([budget.restMs(0), budget.delayMs(0)]).toEqual([0, 500])
    budget.spend(100)
    expect([budget.restMs(0), budget.restMs(150), budget.restMs(200)]).toEqual([200, 50, 0])
  })
})
