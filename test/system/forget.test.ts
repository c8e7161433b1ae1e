import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5', FORGET_SECONDS: '1', REBUILD_WAIT_SECONDS: '1' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

describe('a mailbox that is forgotten', () => {
  test('leaves no key behind, whatever was on its way', async () => {
    const system = await startSystem({ env })
    const { send, simulator, act, mailbox, settled } = system
    await withHistory(system)
    const remains = await remainsOf(system)
    expect(await remains()).not.toEqual([])
    simulator.faults.add({
      kind: 'error',
      code: 'ErrorServerBusy',
      operation: 'CreateItem',
      mailbox: alice,
      times: 1,
    })
    await send(event({ id: 'onItsWay', version: 1 }, appointment()))

    expect(await act(alice, 'forget')).toEqual({ mailbox: alice })
    expect(await mailbox(alice)).toMatchObject({ status: 404 })
    await eventually(async () => expect(await remains()).toEqual([]))
    simulator.userCreates(alice, { subject: 'Unheard', ...times })

    const { body } = await send(event({ id: 'late', version: 1 }, appointment()))
    expect(body.results).toMatchObject([{ status: 'invalid' }])
    await send(event({ id: 'B', version: 1, mailbox: bob }, appointment()))
    await settled(bob, 'B', 1)
    expect(await remains()).toEqual([])
  })

  test('starts anew when it is enabled again: its items keep their ids, and none is made twice', async () => {
    const system = await startSystem({ env })
    const { simulator, application, act, state, startWorker, stopWorker } = system
    await withHistory(system)
    const { appointmentId } = application.received[0]!.data
    const remains = await remainsOf(system)
    await act(alice, 'forget')
    await eventually(async () => expect(await remains()).toEqual([]))
    const before = simulator.calendarOf(alice)
    application.received.length = 0

    await stopWorker('inbound')
    await startWorker('inbound')
    await eventually(() => expect(application.received).toHaveLength(1))
    expect(application.received[0]).toMatchObject({ type: 'appointment.created', data: { appointmentId } })
    await eventually(async () => expect(await state(alice, 'A')).toMatchObject({ state: 'settled' }))
    expect(application.typesOf('A')).toEqual([])
    expect(simulator.calendarOf(alice)).toEqual(before)
  })
})

/** One appointment from each side, one that is gone, and one that is parked. */
async function withHistory({ send, settled, quiet, simulator, application, state }: System): Promise<void> {
  await send(event({ id: 'A', version: 1 }, appointment()), event({ id: 'gone', version: 1 }, appointment()))
  for (const id of ['A', 'gone']) {
    await settled(alice, id, 1)
    await quiet(alice, id)
  }
  await send(event({ id: 'gone', version: 2 }))
  await settled(alice, 'gone', 2)
  simulator.userCreates(alice, { subject: 'Theirs', ...times })
  await eventually(() => expect(application.received).toHaveLength(1))
  const { appointmentId } = application.received[0]!.data
  await eventually(async () => expect(await state(alice, appointmentId)).toMatchObject({ state: 'settled' }))
}

/**
 * Keys of the deployment that are the mailbox's, or tell of it. The queues' own event streams, which are cut to some
 * thousand entries, may still name its random id.
 */
async function remainsOf({ env }: System): Promise<() => Promise<string[]>> {
  const { redis } = testRedis()
  const prefix = env['KEY_PREFIX']!
  const id = (await redis.hget(`${prefix}:{mailboxes}:addresses`, alice))!
  return async () => {
    const found: string[] = []
    const keys = await redis.keys(`*${prefix}*`)
    for (const key of keys.filter((name) => !name.endsWith(':events'))) {
      const dump = (await redis.dumpBuffer(key))?.toString('latin1') ?? ''
      if (key.includes(id) || dump.includes(id) || dump.includes(alice)) found.push(key)
    }
    return found
  }
}
