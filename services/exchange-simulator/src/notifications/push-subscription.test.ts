import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { startPushListener } from '../testing/push-listener.ts'
import {
  calendarFolder,
  calendarItem,
  deleteItem,
  setField,
  someTimes,
  updateItem,
} from '../testing/requests.ts'
import { alice, bob, newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { childText } from '../xml/element.ts'

const recordDir = newRecording()
const all = ['CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent']

function subscribe(url: string, { types = all, frequency = 1 } = {}) {
  const request = [
    node('t:FolderIds', calendarFolder),
    node(
      't:EventTypes',
      types.map((type) => leaf('t:EventType', type)),
    ),
    leaf('t:StatusFrequency', frequency),
    leaf('t:URL', url),
  ]
  return node('m:Subscribe', node('m:PushSubscriptionRequest', request))
}

async function subscribed({ minuteMs = 60_000, types = all } = {}) {
  const listener = await startPushListener()
  const bed = await setUp({ recordDir, push: { minuteMs, retryMs: 20 } })
  const reply = await bed.call(subscribe(listener.url, { types }))
  const id = reply.messages[0] && childText(reply.messages[0], 'SubscriptionId')
  await eventually(() => expect(listener.events.length).toBeGreaterThan(0))
  return { ...bed, listener, id, kinds: () => listener.events.map(({ kind }) => kind) }
}

const entered = {
  start: { dateTime: '2027-06-14T09:00:00', timeZone: 'Europe/Amsterdam' },
  end: { dateTime: '2027-06-14T10:00:00', timeZone: 'Europe/Amsterdam' },
}

describe('a push subscription', () => {
  test('says hello, then tells what happens in its folder, in order', async () => {
    const { create, call, listener, kinds, id } = await subscribed()
    const ref = await create(calendarItem(...someTimes))
    await call(updateItem(ref, [setField('item:Subject', leaf('t:Subject', 'x'))]))
    await call(deleteItem(ref))
    await eventually(() =>
      expect(kinds()).toEqual(['StatusEvent', 'CreatedEvent', 'ModifiedEvent', 'DeletedEvent']),
    )
    expect(listener.events.slice(1)).toEqual(
      ['CreatedEvent', 'ModifiedEvent', 'DeletedEvent'].map((kind) => ({
        kind,
        itemId: ref.Id,
        subscriptionId: id,
      })),
    )
  })

  test('tells what a user does, nothing of other mailboxes, and only what it asked for', async () => {
    const { simulator, kinds } = await subscribed({ types: ['CreatedEvent', 'MovedEvent'] })
    simulator.userCreates(bob, entered)
    const { itemId } = simulator.userCreates(alice, entered)
    simulator.userUpdates(alice, itemId, { subject: 'x' })
    simulator.userDeletes(alice, itemId)
    await eventually(() => expect(kinds()).toEqual(['StatusEvent', 'CreatedEvent', 'MovedEvent']))
  })

  test('sends a status event whenever the frequency goes by without news', async () => {
    const { kinds } = await subscribed({ minuteMs: 40 })
    await eventually(() => expect(kinds().filter((kind) => kind === 'StatusEvent').length).toBeGreaterThan(3))
  })

  test('sends again what was not taken, and what came up meanwhile after it', async () => {
    const { simulator, listener, kinds } = await subscribed()
    listener.answerWith(503)
    const first = simulator.userCreates(alice, entered)
    await eventually(() => expect(kinds().length).toBeGreaterThan(2))
    const second = simulator.userCreates(alice, entered)
    listener.answerWith('OK')
    await eventually(() => expect(listener.events.at(-1)?.itemId).toBe(second.itemId))
    expect(listener.events.at(-2)?.itemId).toBe(first.itemId)
    expect(simulator.subscriptions.count).toBe(1)
  })

  test.each(['Unsubscribe', 503] as const)('ends when the listener keeps answering %s', async (status) => {
    const { simulator, listener } = await subscribed({ minuteMs: 100 })
    listener.answerWith(status)
    await eventually(() => expect(simulator.subscriptions.count).toBe(0))
  })

  test('cannot be ended by the Unsubscribe operation', async () => {
    const { call, id = '' } = await subscribed()
    expect(codeOf(await call(node('m:Unsubscribe', leaf('m:SubscriptionId', id))))).toBe(
      'ErrorInvalidSubscription',
    )
    expect(codeOf(await call(node('m:Unsubscribe', leaf('m:SubscriptionId', 'other'))))).toBe(
      'ErrorInvalidSubscription',
    )
  })

  test.each(['ftp://example.com/', 'nonsense', `http://example.com/${'x'.repeat(2_100)}`])(
    'refuses the address %s',
    async (url) => {
      const { call } = await setUp({ recordDir })
      expect(codeOf(await call(subscribe(url)))).toBe('ErrorInvalidPushSubscriptionUrl')
    },
  )

  test.each([0, 1_441])('refuses a status frequency of %s minutes', async (frequency) => {
    const { call } = await setUp()
    expect(codeOf(await call(subscribe('http://127.0.0.1:9/', { frequency })))).toBe('ErrorSchemaValidation')
  })
})

describe('notifications on demand', () => {
  test.each([
    { fault: { kind: 'notificationLost', times: 1 }, told: 1 },
    { fault: { kind: 'notificationDoubled', times: 1 }, told: 3 },
    { fault: { kind: 'notificationDelayed', ms: 60, times: 1 }, told: 2 },
  ] as const)('$fault.kind', async ({ fault, told }) => {
    const { simulator, listener } = await subscribed()
    simulator.faults.add(fault)
    simulator.userCreates(alice, entered)
    await eventually(() => expect(simulator.faults.counts[fault.kind]).toBe(1))
    const last = simulator.userCreates(alice, entered)
    await eventually(() => expect(listener.events.at(-1)?.itemId).toBe(last.itemId))
    expect(listener.events.filter(({ kind }) => kind === 'CreatedEvent')).toHaveLength(told)
  })
})

testRecording(recordDir)
