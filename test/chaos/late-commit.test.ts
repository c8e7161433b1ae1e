import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { commits } from '../support/commits.ts'
import { appointment, event } from '../support/events.ts'
import { openRedisDoor, type RedisDoor } from '../support/redis-door.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const outbound = commits['outbound-worker']
const inbound = commits['inbound-worker']
const env = { POLL_SECONDS: '0.5' }
const withinMs = { withinMs: 90_000 }
const timeZone = 'Europe/Berlin'
const lunch = {
  subject: 'Lunch',
  start: { dateTime: '2027-03-26T12:00:00', timeZone },
  end: { dateTime: '2027-03-26T13:00:00', timeZone },
}

test('what a worker says late of a write takes nothing from what was written since', async () => {
  const system = await startSystem({ env, without: ['outbound'] })
  const { simulator, settled, trail } = system
  const late = await aDoor(system)
  const sleeper = await startWorkerProcess('outbound-worker', { ...system.env, REDIS_URL: late.url })
  const committing = late.hold(outbound, withinMs)
  await write(system, 1)
  expect(await committing).toBe(true)
  sleeper.signal('SIGSTOP')
  await system.startWorker('outbound')
  await write(system, 2)
  await settled(alice, 'A', 2)

  const tries = (await trail(alice, 'A')).length
  late.open()
  sleeper.signal('SIGCONT')
  await eventually(async () => expect((await trail(alice, 'A')).length).toBeGreaterThan(tries))
  await settled(alice, 'A', 2)
  await write(system, 3)
  await settled(alice, 'A', 3)
  expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Version 3' }])
})

test('what a worker says late of a try does not show what another is writing', async () => {
  const system = await startSystem({ env, without: ['outbound'] })
  const { simulator, application, settled, state } = system
  const [late, other] = [await aDoor(system), await aDoor(system)]
  const sleeper = await startWorkerProcess('outbound-worker', { ...system.env, REDIS_URL: late.url })
  await write(system, 1)
  await settled(alice, 'A', 1)
  simulator.faults.add({ kind: 'busyItem', operation: 'UpdateItem', times: 1 })
  const committing = late.hold(outbound, withinMs)
  await write(system, 2)
  expect(await committing).toBe(true)
  sleeper.signal('SIGSTOP')
  await startWorkerProcess('outbound-worker', { ...system.env, REDIS_URL: other.url })
  await settled(alice, 'A', 2)

  const inHand = other.hold(outbound, withinMs)
  await write(system, 3)
  expect(await inHand).toBe(true)
  await eventually(async () => expect(await state(alice, 'A')).toHaveProperty('inbound'))
  late.open()
  simulator.userCreates(alice, lunch)
  await eventually(() => expect(application.received).not.toEqual([]))
  other.open()
  sleeper.signal('SIGCONT')
  await settled(alice, 'A', 3)
  expect(application.received.map(({ data }) => data.appointment?.['subject'])).toEqual(['Lunch'])
})

test('what a worker says late of a delivery takes nothing from what was written since', async () => {
  const system = await startSystem({ env, without: ['inbound'] })
  const { simulator, application, settled } = system
  const late = await aDoor(system)
  const sleeper = await startWorkerProcess('inbound-worker', { ...system.env, REDIS_URL: late.url })
  const committing = late.hold(inbound, withinMs)
  const { itemId } = simulator.userCreates(alice, lunch)
  expect(await committing).toBe(true)
  sleeper.signal('SIGSTOP')
  const { appointmentId, revision } = application.received[0]!.data

  await system.startWorker('inbound')
  const version = event(
    { id: appointmentId, version: 1, mailbox: alice, basedOn: revision },
    appointment({ subject: 'Version 1' }),
  )
  await system.send(version)
  await settled(alice, appointmentId, 1)
  late.open()
  sleeper.signal('SIGCONT')

  const [item] = simulator.calendarOf(alice)
  simulator.userUpdates(alice, item?.itemId ?? itemId, { location: 'Room 7' })
  await eventually(() => expect(application.typesOf(appointmentId)).toContain('appointment.updated'))
  await settled(alice, appointmentId, 1)
})

async function aDoor({ env: { REDIS_URL } }: System): Promise<RedisDoor> {
  const door = await openRedisDoor(REDIS_URL!)
  onTestFinished(door.close)
  return door
}

async function write({ send }: System, version: number): Promise<void> {
  await send(event({ id: 'A', version, mailbox: alice }, appointment({ subject: `Version ${version}` })))
}
