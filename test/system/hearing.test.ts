import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { eventually } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDoor } from '../support/door.ts'
import { notify } from '../support/notifications.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }
/** Only what is heard of arrives in time. */
const patient = { COMPARE_SECONDS: '3600', POLL_SECONDS: '3600' }
const streaming = { NOTIFICATIONS: 'streaming', ...patient }

describe('streaming', () => {
  test('changes are heard of over one connection, and nothing has to come in', async () => {
    const system = await startSystem({ env: streaming })
    await heardBy(system, 'streaming')
    for (const mailbox of [alice, bob, carol]) await expectTold(system, mailbox)
    expect(system.simulator.subscriptions.all.map(({ kind }) => kind)).toEqual(Array(3).fill('streaming'))
  })

  test('a connection whose time is over is renewed, and nothing is lost in between', async () => {
    const system = await startSystem({ env: streaming, simulator: { push: { minuteMs: 20 } } })
    await heardBy(system, 'streaming')
    const opened = () => system.simulator.calls['GetStreamingEvents'] ?? 0
    const before = opened()
    for (let round = 0; round < 20 || opened() <= before + 2; round += 1) await expectTold(system, alice)
  })

  test('subscriptions that Exchange loses are renewed, and what happened meanwhile is found', async () => {
    const system = await startSystem({ env: streaming })
    await heardBy(system, 'streaming')
    system.simulator.subscriptions.clear()
    await expectTold(system, alice)
    await expectTold(system, bob)
  })

  test('after a restart of Exchange changes are heard of as before', async () => {
    const system = await startSystem({ env: streaming })
    await heardBy(system, 'streaming')
    system.simulator.restart(1_000)
    system.simulator.userCreates(alice, { subject: 'While it was down', start, end })
    await eventually(() => expect(system.application.received).toHaveLength(1))
    await heardBy(system, 'streaming')
    await expectTold(system, bob)
  })
})

describe('poll', () => {
  test('is how mailboxes are heard of that no stream opens for, until one does', async () => {
    const system = await startSystem({
      env: { ...streaming, POLL_SECONDS: '1' },
      simulator: { push: { minuteMs: 20 } },
    })
    await heardBy(system, 'streaming')
    const code = 'ErrorInternalServerError'
    const fault = system.simulator.faults.add({ kind: 'fault', code, operation: 'GetStreamingEvents' })
    await heardBy(system, 'poll')
    expect(await system.mailbox(alice)).toMatchObject({ notifications: { whyNot: { streaming: code } } })
    await expectTold(system, alice)

    system.simulator.faults.remove(fault)
    await heardBy(system, 'streaming')
    await expectTold(system, alice)
  })

  test('is for the one mailbox that others subscribe to too often; the rest is heard of by push', async () => {
    const system = await startSystem({ env: patient, without: ['inbound'] })
    const code = 'ErrorExceededSubscriptionCount'
    system.simulator.faults.add({ kind: 'error', code, operation: 'Subscribe', mailbox: alice })
    await system.startWorker('inbound')
    await eventually(async () => {
      expect(await system.mailbox(alice)).toMatchObject({
        notifications: { way: 'poll', whyNot: { push: code, streaming: code } },
      })
      for (const each of [bob, carol])
        expect(await system.mailbox(each)).toMatchObject({ notifications: { way: 'push' } })
    })
    await expectTold(system, bob)
  })
})

async function heardBy({ mailbox }: System, way: string): Promise<void> {
  await eventually(async () => {
    const ways = await Promise.all(
      [alice, bob, carol].map(async (each) => (await mailbox(each))['notifications']),
    )
    expect(ways).toMatchObject([{ way }, { way }, { way }])
  })
}

/** A change in this mailbox reaches the application. */
async function expectTold({ simulator, application }: System, mailbox: string): Promise<void> {
  const before = application.received.length
  simulator.userCreates(mailbox, { subject: 'Lunch', start, end })
  await eventually(() => expect(application.received.length).toBeGreaterThan(before))
}

describe('push', () => {
  test('where Exchange cannot call, changes are heard of by streaming; once it can, by push again', async () => {
    const away = 'http://127.0.0.1:9'
    const system = await startSystem({ env: patient, without: ['inbound'] })
    const publicUrl = system.env['INGRESS_PUBLIC_URL']!
    system.restartWith({ INGRESS_PUBLIC_URL: away })
    await system.startWorker('inbound')
    await heardBy(system, 'streaming')
    expect(await system.mailbox(alice)).toMatchObject({ notifications: { whyNot: { push: 'NOT_CALLED' } } })
    await expectTold(system, alice)

    await system.stopWorker('inbound')
    system.restartWith({ INGRESS_PUBLIC_URL: publicUrl })
    await system.startWorker('inbound')
    await heardBy(system, 'push')
    await expectTold(system, alice)
    await eventually(() =>
      expect(new Set(system.simulator.subscriptions.all.map(({ kind }) => kind))).toEqual(new Set(['push'])),
    )
  })

  test('where Exchange falls silent, streaming takes over; once it calls again, push, without a restart', async () => {
    const system = await startSystem({ env: patient, without: ['inbound'], minuteMs: 1_500 })
    const door = await startDoor(system.ingressUrl)
    system.restartWith({ INGRESS_PUBLIC_URL: door.url })
    await system.startWorker('inbound')
    await heardBy(system, 'push')
    door.shut()
    await heardBy(system, 'streaming')
    expect(await system.mailbox(alice)).toMatchObject({ notifications: { whyNot: { push: 'SILENT' } } })
    await expectTold(system, alice)

    await door.open()
    await heardBy(system, 'push')
    await expectTold(system, alice)
  })

  test('a subscription that is renewed has a new token; the one before is unknown after its grace', async () => {
    const system = await startSystem({ env: patient, without: ['inbound'], minuteMs: 1_500 })
    const { url, tokens } = await startScribe(system.ingressUrl)
    system.restartWith({ INGRESS_PUBLIC_URL: url })
    await system.startWorker('inbound')
    await heardBy(system, 'push')
    const olds = tokens()
    system.simulator.subscriptions.clear()
    const news = await eventually(() => {
      const fresh = tokens().filter((token) => !olds.includes(token))
      expect(fresh).toHaveLength(3)
      return fresh
    })
    for (const token of [...olds, ...news])
      expect(await notify(system.ingressUrl, token)).toMatchObject({ status: 200 })

    expect(await endGrace(system)).toBe(3)
    for (const token of olds) expect(await notify(system.ingressUrl, token)).toMatchObject({ status: 404 })
    for (const token of news) expect(await notify(system.ingressUrl, token)).toMatchObject({ status: 200 })
  })
})

/** Stands before the ingress, and writes down the tokens that Exchange calls with. */
async function startScribe(ingressUrl: string) {
  const tokens = new Set<string>()
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const token = request.url!.split('/').at(-1)!
    tokens.add(token)
    const answer = await notify(ingressUrl, token, await text(request))
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(await answer.text())
  }
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: () => [...tokens],
  }
}

/** A minute is over: ends the lives of the tokens that have an end. Gives how many they were. */
async function endGrace({ env }: System): Promise<number> {
  const redis = new Redis(env['REDIS_URL']!)
  onTestFinished(() => redis.disconnect())
  const keys = await redis.keys(`${env['KEY_PREFIX']}:token:*`)
  const ended = await Promise.all(
    keys.map(async (key) => (await redis.pttl(key)) > 0 && redis.pexpire(key, 0)),
  )
  return ended.filter(Boolean).length
}
