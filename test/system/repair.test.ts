import { eventually, testRedis } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const env = { MAILBOXES: alice, POLL_SECONDS: '0.5', BRAKE_DELETES: '0' }

test('a backfill that is interrupted goes on where it was, and says how far it is', async () => {
  const items = 600
  const system = await startSystem({ env: { ...env, COMPARE_SECONDS: '3600' }, without: ['inbound'] })
  const { simulator, application, mailbox, startWorker, stopWorker } = system
  for (let n = 0; n < items; n++) simulator.userCreates(alice, { subject: `Item ${n}`, ...times })
  const code = 'ErrorInternalServerTransientError'
  const fault = simulator.faults.add({ kind: 'error', code, operation: 'SyncFolderItems', after: 1 })
  application.answerWith(() => ({ status: 503 }))

  await startWorker('inbound')
  const { startedAt } = await listed(system, { cause: 'backfill', items: 512, found: 512, remaining: 512 })
  await stopWorker('inbound')
  simulator.faults.remove(fault)
  application.answerWith(() => ({ status: 204 }))
  application.received.length = 0
  await startWorker('inbound')

  await listed(system, { startedAt, items, found: items, mended: items, remaining: 0 })
  expect((await mailbox(alice))['listing']).toHaveProperty('finishedAt')
  const told = application.received.map(({ data }) => data.appointmentId)
  expect(new Set(told).size).toBe(items)
  expect(simulator.calls['SyncFolderItems']).toBeLessThan(12)
})

test('what went unnoticed is found by a repair, and told, without a write or a mail', async () => {
  const system = await startSystem({ env })
  const { simulator, application, act, startWorker, stopWorker, synced } = system
  await createOurs(system, 70)
  await synced(alice)
  const { CreateItem: creates, UpdateItem: updates } = simulator.calls
  await makeUnnoticed(system, () => {
    const ours = simulator.calendarOf(alice)
    for (const { itemId } of ours.slice(0, 40))
      simulator.userUpdates(alice, itemId, { location: 'Elsewhere' })
    for (const { itemId } of ours.slice(40)) simulator.userDeletes(alice, itemId)
    for (let n = 0; n < 30; n++) simulator.userCreates(alice, { subject: `Theirs ${n}`, ...times })
  })
  await startWorker('inbound')
  await synced(alice)
  expect(application.received).toEqual([])

  expect(await act(alice, 'repair')).toMatchObject({ listing: { cause: 'requested' } })
  await listed(system, { cause: 'requested', items: 70, found: 100, mended: 100, remaining: 0 })
  expect(new Set(application.received.map(({ data }) => data.appointmentId)).size).toBe(100)
  expect(application.received).toHaveLength(100)
  expect(simulator.mails).toEqual([])
  expect(simulator.calls).toMatchObject({ CreateItem: creates })
  expect(simulator.calls['UpdateItem']).toBe(updates)

  await stopWorker('inbound')
  system.restartWith({ REPAIR_HOURS: '0.0001' })
  await startWorker('inbound')
  await listed(system, { cause: 'scheduled', found: 0 })
  expect(application.received).toHaveLength(100)
})

async function listed({ mailbox }: System, expected: object): Promise<{ startedAt: string }> {
  return eventually(async () => {
    const { listing } = await mailbox(alice)
    expect(listing).toMatchObject(expected)
    return listing as { startedAt: string }
  })
}

async function createOurs({ send, settled, quiet }: System, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, n) => `A${n}`)
  await send(...ids.map((id) => event({ id, version: 1 }, appointment())))
  for (const id of ids) await settled(alice, id, 1)
  for (const id of ids) await quiet(alice, id)
}

/** The cursor has passed these changes, and what they had marked is lost. */
async function makeUnnoticed(system: System, change: () => void): Promise<void> {
  const { application, synced, stopWorker, env } = system
  application.answerWith(() => ({ status: 503 }))
  change()
  await synced(alice)
  await stopWorker('inbound')
  const { redis } = testRedis()
  const prefix = env['KEY_PREFIX']!
  const id = await redis.hget(`${prefix}:{mailboxes}:addresses`, alice)
  const marks = ['mk', 'mr', 'ms', 'mt', 'mn', 'mb', 'ma', 'mc', 'mp', 'mw']
  for (const key of await redis.keys(`${prefix}:*:a:${id}:*`)) await redis.hdel(key, ...marks)
  await redis.del(await redis.keys(`${prefix}:*:d:${id}`))
  application.answerWith(() => ({ status: 204 }))
  application.received.length = 0
}
