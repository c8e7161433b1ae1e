import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { alice, startSystem } from '../support/system.ts'

test('what a user edits while a version is compared with another edit is told, not taken for what was compared', async () => {
  const gate = await startEwsGate()
  const { simulator, application, ...system } = await startSystem({ gate, without: ['inbound'] })
  await system.send(event({ id: 'A', version: 1 }, appointment({ subject: 'First' })))
  await system.settled(alice, 'A', 1)
  const { itemId } = simulator.calendarOf(alice)[0]!
  simulator.userUpdates(alice, itemId, { subject: 'Of the user' })

  const reading = gate.hold('answer', { operation: 'GetItem' })
  await system.send(event({ id: 'A', version: 2 }, appointment({ subject: 'Of the application' })))
  await reading.reached
  simulator.userUpdates(alice, itemId, { sensitivity: 'personal' })
  reading.release()
  await eventually(async () => expect((await system.state(alice, 'A')).writtenVersion).toBe(2))

  await system.startWorker('inbound')
  await eventually(() =>
    expect(application.received.flatMap(({ data }) => data.changed)).toEqual(
      expect.arrayContaining(['subject', 'sensitivity']),
    ),
  )
})
