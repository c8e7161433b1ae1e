import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { commits } from '../support/commits.ts'
import { appointment, event } from '../support/events.ts'
import { openRedisDoor, type RedisDoor } from '../support/redis-door.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const outbound = commits['outbound-worker']
const inbound = commits['inbound-worker']
const env = { POLL_SECONDS: '0.5' }
const takenOverMs = 30_000
const zone = 'W. Europe Standard Time'
const lunch = {
  subject: 'Lunch',
  start: { dateTime: '2027-03-26T12:00:00', timeZone: zone },
  end: { dateTime: '2027-03-26T13:00:00', timeZone: zone },
}

test('what a worker says late of its writes takes nothing from what was written since', async () => {
  const system = await startSystem({ env, without: ['outbound'] })
  const { simulator, application, settled, state, trail } = system
  const [late, other] = [await aDoor(system), await aDoor(system)]
  const sleeper = await startWorkerProcess('outbound-worker', { ...system.env, REDIS_URL: late.url })
  await write(system, carol, 1)
  await settled(carol, 'A', 1)

  // Alice's create is done; Carol's update is not, and would be tried again.
  simulator.faults.add({ kind: 'busyItem', operation: 'UpdateItem', mailbox: carol, times: 1 })
  const committing = late.hold(outbound, { withinMs: 10_000, times: 2 })
  await write(system, alice, 1)
  await write(system, carol, 2)
  expect(await committing).toBe(true)
  sleeper.signal('SIGSTOP')
  await startWorkerProcess('outbound-worker', { ...system.env, REDIS_URL: other.url })
  await write(system, alice, 2)
  await settled(alice, 'A', 2, takenOverMs)
  await settled(carol, 'A', 2, takenOverMs)
  await system.quiet(carol, 'A')

  // The other worker has written, and not said so, when the late word arrives.
  const inHand = other.hold(outbound, { withinMs: 10_000 })
  await write(system, carol, 3)
  expect(await inHand).toBe(true)
  await eventually(async () => expect(await state(carol, 'A')).toHaveProperty('inbound'))
  const tries = (await trail(alice, 'A')).length
  late.open()
  simulator.userCreates(carol, lunch)
  await eventually(() => expect(application.received).toHaveLength(1))
  other.open()
  sleeper.signal('SIGCONT')
  await eventually(async () => expect((await trail(alice, 'A')).length).toBeGreaterThan(tries))
  await settled(alice, 'A', 2)
  await write(system, alice, 3)

  for (const mailbox of [alice, carol]) await settled(mailbox, 'A', 3, takenOverMs)
  expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Version 3' }])
  expect(application.received.map(({ data }) => data.appointment?.['subject'])).toEqual(['Lunch'])
}, 90_000)

test('what a worker says late of a delivery takes nothing from what was written since', async () => {
  const system = await startSystem({ env, without: ['inbound'] })
  const { simulator, application, settled } = system
  const late = await aDoor(system)
  const sleeper = await startWorkerProcess('inbound-worker', { ...system.env, REDIS_URL: late.url })
  const committing = late.hold(inbound, { withinMs: 10_000 })
  const { itemId } = simulator.userCreates(bob, lunch)
  expect(await committing).toBe(true)
  sleeper.signal('SIGSTOP')
  const { appointmentId, revision } = application.received[0]!.data

  await system.startWorker('inbound')
  const version = event(
    { id: appointmentId, version: 1, mailbox: bob, basedOn: revision },
    appointment({ subject: 'Version 1' }),
  )
  await system.send(version)
  await settled(bob, appointmentId, 1, takenOverMs)
  late.open()
  sleeper.signal('SIGCONT')

  const [item] = simulator.calendarOf(bob)
  simulator.userUpdates(bob, item?.itemId ?? itemId, { location: 'Room 7' })
  await eventually(() => expect(application.typesOf(appointmentId)).toContain('appointment.updated'))
  await settled(bob, appointmentId, 1)
}, 90_000)

async function aDoor({ env: { REDIS_URL } }: System): Promise<RedisDoor> {
  const door = await openRedisDoor(REDIS_URL!)
  onTestFinished(door.close)
  return door
}

async function write({ send }: System, mailbox: string, version: number): Promise<void> {
  await send(event({ id: 'A', version, mailbox }, appointment({ subject: `Version ${version}` })))
}
