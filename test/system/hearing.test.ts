import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }
/** Only what is heard of arrives in time. */
const patient = { COMPARE_SECONDS: '60', POLL_SECONDS: '60' }
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
    let told = 0
    while (told < 20 || opened() < before + 3) {
      await expectTold(system, alice)
      told += 1
      expect(told).toBeLessThan(200)
    }
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
    await eventually(() => expect(system.application.received).toHaveLength(1), 15_000)
    await heardBy(system, 'streaming')
    await expectTold(system, bob)
  })
})

async function heardBy({ mailbox }: System, way: string, timeoutMs = 15_000): Promise<void> {
  await eventually(async () => {
    const ways = await Promise.all(
      [alice, bob, carol].map(async (each) => (await mailbox(each))['notifications']),
    )
    expect(ways).toMatchObject([{ way }, { way }, { way }])
  }, timeoutMs)
}

/** A change in this mailbox reaches the application. */
async function expectTold({ simulator, application }: System, mailbox: string): Promise<void> {
  const before = application.received.length
  simulator.userCreates(mailbox, { subject: 'Lunch', start, end })
  await eventually(() => expect(application.received.length).toBeGreaterThan(before), 5_000)
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
})
