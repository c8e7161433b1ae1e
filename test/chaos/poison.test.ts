import { eventually, testRedis } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { rounds } from '../support/rounds.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const neighbours = ['A0', 'A1', 'A2', 'A3']

test('an appointment that kills its worker is soon tried alone, and parked at last; nothing else waits for that', async () => {
  const gate = await startEwsGate()
  const system = await startSystem({ gate, without: ['outbound'] })
  const { send, settled, state, simulator } = system
  const events = [...neighbours, 'poison'].map((id) =>
    event({ id, version: 1 }, appointment({ subject: id })),
  )
  await send(...events)

  const together: number[] = []
  // The first counts as two, and after eight it is parked.
  const kills = rounds(2, 7)
  for (let kill = 0; kill < kills; kill++) {
    const held = gate.hold('request', { operation: 'CreateItem', mailbox: alice, containing: 'poison' })
    const worker = await startWorkerProcess('outbound-worker', system.env)
    together.push((await held.reached).match(/<t:Subject>/g)!.length)
    worker.signal('SIGKILL')
    await worker.ended
    await endLeases(system, kill === 0 ? 2 : kill === kills - 1 ? 8 : kill + 2)
  }
  expect(together).toEqual([neighbours.length + 1, ...Array<number>(kills - 1).fill(1)])

  await send(event({ id: 'B', version: 1, mailbox: bob }, appointment()))
  await startWorkerProcess('outbound-worker', system.env)
  await eventually(async () => {
    const { state: is, outbound } = await state(alice, 'poison')
    expect([is, outbound?.code]).toEqual(['parked', 'NO_OUTCOME'])
  })
  for (const id of neighbours) await settled(alice, id, 1)
  await settled(bob, 'B', 1)
  const subjects = simulator.calendarOf(alice).map(({ subject }) => subject)
  expect(subjects.toSorted()).toEqual(neighbours)

  await send(event({ id: 'poison', version: 2 }, appointment({ subject: 'Harmless' })))
  await settled(alice, 'poison', 2)
})

/** As if it had happened so often, and long ago: nobody waits here until jobs and leases of the dead are over. */
async function endLeases({ env }: System, attempts: number): Promise<void> {
  const { redis } = testRedis()
  const prefix = env['KEY_PREFIX']!
  const id = await redis.hget(`${prefix}:{mailboxes}:addresses`, alice)
  const jobs = await redis.keys(`{${prefix}:*outbound}*`)
  if (jobs.length > 0) await redis.del(jobs)
  const [due] = await redis.keys(`${prefix}:*:o:${id}`)
  const nowMs = Date.now()
  for (const appointmentId of await redis.zrange(due!, '0', '-1')) {
    const [appointment] = await redis.keys(`${prefix}:*:a:${id}:${appointmentId}`)
    const isPoison = appointmentId === 'poison'
    await redis.hset(appointment!, 'a', isPoison ? attempts : Math.min(attempts, 2))
    await redis.zadd(due!, nowMs, appointmentId)
  }
  for (const key of await redis.keys(`${prefix}:*:due:outbound`)) await redis.zadd(key, 'XX', nowMs, id!)
}
