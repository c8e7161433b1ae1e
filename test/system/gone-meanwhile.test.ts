import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { alice, startSystem } from '../support/system.ts'

describe('an item that its user deletes', () => {
  test('before Exchange has ever listed it is told as cancelled', async () => {
    const { simulator, application, send } = await startSystem()
    simulator.faults.add({ kind: 'notificationLost' })
    await send(event({ id: 'A', version: 1 }, appointment()))
    const [item] = await eventually(() => {
      const items = simulator.calendarOf(alice)
      expect(items).toHaveLength(1)
      return items
    })
    simulator.userDeletes(alice, item!.itemId)
    await eventually(() => expect(application.typesOf('A')).toEqual(['appointment.cancelled']))
  })

  test('while the answer to a write to it is lost is told as cancelled, and nothing stays parked', async () => {
    const { simulator, application, send, settled, quiet, state } = await startSystem()
    await send(event({ id: 'A', version: 1 }, appointment()))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')
    simulator.faults.add({ kind: 'dropBeforeEffect', operation: 'UpdateItem', times: 1 })
    simulator.faults.add({ kind: 'notificationLost' })
    await send(event({ id: 'A', version: 2, basedOn: 0 }, appointment({ subject: 'Edited' })))
    await eventually(() => expect(simulator.faults.counts['dropBeforeEffect']).toBe(1))
    simulator.userDeletes(alice, simulator.calendarOf(alice)[0]!.itemId)
    await eventually(async () => {
      expect(new Set(application.typesOf('A'))).toEqual(new Set(['appointment.cancelled']))
      expect(await state(alice, 'A')).toMatchObject({ state: 'settled', inApplication: false })
    })
  })

  test.each([
    ['to Deleted Items', 'toDeletedItems', 1],
    ['for good', 'forGood', 1],
    ['while a newer version is on the way', 'toDeletedItems', 2],
  ] as const)(
    'after its creation was answered to nobody is told as cancelled, and nobody is invited again: %s',
    async (_name, how, version) => {
      const gate = await startEwsGate()
      const env = { LATE_CALL_SECONDS: '1', POLL_SECONDS: '3600', COMPARE_SECONDS: '3600' }
      const system = await startSystem({ gate, env })
      const { simulator, application, send, state } = system
      await eventually(async () => expect(await system.mailbox(alice)).toHaveProperty('currentAt'))
      simulator.faults.add({ kind: 'notificationLost' })
      simulator.faults.add({ kind: 'dropAfterEffect', operation: 'CreateItem', times: 1 })
      const search = gate.hold('request', { operation: 'FindItem', mailbox: alice })
      const attendees = [{ address: 'guest@elsewhere.example', type: 'required' } as const]
      await send(event({ id: 'A', version: 1 }, appointment({ attendees })))
      await search.reached
      simulator.userDeletes(alice, simulator.calendarOf(alice)[0]!.itemId, { how })
      if (version === 2)
        await send(event({ id: 'A', version, basedOn: 0 }, appointment({ attendees, location: 'Room 9' })))
      search.release()

      await eventually(async () => {
        expect(application.typesOf('A')).toContain('appointment.cancelled')
        expect(await state(alice, 'A')).toMatchObject({ state: 'settled', inApplication: false })
      })
      expect(simulator.calendarOf(alice)).toEqual([])
      expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'cancellation'])
      expect(simulator.calls['CreateItem']).toBe(1)
    },
  )

  test('while the application has a newer version on the way is told again once that has arrived', async () => {
    const { simulator, application, send, settled, quiet, state } = await startSystem()
    await send(event({ id: 'A', version: 1 }, appointment()))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')
    application.answerWith(({ data }) =>
      data.applicationVersion < 2 ? { status: 409, body: { version: 2 } } : { status: 204 },
    )
    simulator.userDeletes(alice, simulator.calendarOf(alice)[0]!.itemId)
    await eventually(() => expect(application.received).toHaveLength(1))
    await send(event({ id: 'A', version: 2, basedOn: 0 }, appointment({ subject: 'Edited meanwhile' })))
    await eventually(async () => {
      expect(application.received.at(-1)!.data.applicationVersion).toBe(2)
      expect(await state(alice, 'A')).toMatchObject({ state: 'settled', inApplication: false })
    })
  })
})

test('an item that is moved away and back before it was looked for is not told as cancelled', async () => {
  const gate = await startEwsGate()
  const { simulator, application, send, settled, quiet } = await startSystem({ gate })
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  const looking = gate.hold('request', { operation: 'GetItem', mailbox: alice })
  const away = simulator.userMoves(alice, simulator.calendarOf(alice)[0]!.itemId, 'inbox')
  await looking.reached
  simulator.faults.add({ kind: 'notificationLost' })
  const { itemId } = simulator.userMoves(alice, away.itemId, 'calendar')
  simulator.userUpdates(alice, itemId, { location: 'Room 5' })
  looking.release()
  await eventually(() => expect(application.typesOf('A')).toEqual(['appointment.updated']))
})
