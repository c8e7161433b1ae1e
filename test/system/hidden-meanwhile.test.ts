import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem } from '../support/system.ts'

test('what the application has just hidden is not shown to it again by an edit in Exchange', async () => {
  const { simulator, application, send, settled, quiet, startWorker, stopWorker } = await startSystem()
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  await stopWorker('outbound')
  await send(event({ id: 'A', version: 2, basedOn: 0 }, appointment({ sensitivity: 'private' })))
  const reads = simulator.calls['GetItem'] ?? 0
  simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'personal' })
  await eventually(() => expect(simulator.calls['GetItem']).toBeGreaterThan(reads))
  await startWorker('outbound')
  await settled(alice, 'A', 2, 10_000)
  await quiet(alice, 'A')
  expect(simulator.calendarOf(alice)).toEqual([])
  expect(application.received).toEqual([])
})

test('what the application sent while its item was hidden is merged, though it is shown again before anybody was told', async () => {
  const { simulator, send, settled, state, quiet, startWorker, stopWorker } = await startSystem()
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  await stopWorker('inbound')
  const { itemId } = simulator.calendarOf(alice)[0]!
  simulator.userUpdates(alice, itemId, { sensitivity: 'private' })
  await send(event({ id: 'A', version: 2 }, appointment({ location: 'Room 9' })))
  await eventually(async () =>
    expect(await state(alice, 'A')).toMatchObject({ outbound: { code: 'ASLEEP' } }),
  )
  simulator.userUpdates(alice, itemId, { sensitivity: 'normal' })
  await startWorker('inbound')
  await settled(alice, 'A', 2, 15_000)
  expect(simulator.calendarOf(alice)).toMatchObject([{ location: 'Room 9', sensitivity: 'normal' }])
})

test('an item that is hidden while the answer to a write is lost is withdrawn', async () => {
  const { simulator, application, send, settled, quiet } = await startSystem()
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  simulator.faults.add({ kind: 'dropAfterEffect', operation: 'UpdateItem', times: 1 })
  const writes = simulator.calls['UpdateItem'] ?? 0
  await send(event({ id: 'A', version: 2 }, appointment({ location: 'Room 9' })))
  await eventually(() => expect(simulator.calls['UpdateItem']).toBe(writes + 1))
  simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'private' })
  await eventually(() => expect(application.typesOf('A')).toContain('appointment.withdrawn'))
})
