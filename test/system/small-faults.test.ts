import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, bob, carol, startSystem } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

describe('one bad appointment', () => {
  test('is parked with its code, its neighbours settle, and a newer version un-parks it', async () => {
    const { send, state, settled, simulator } = await startSystem()
    const code = 'ErrorCalendarDurationIsTooLong'
    simulator.faults.add({ kind: 'error', code, operation: 'CreateItem', times: 1 })
    const ids = Array.from({ length: 12 }, (_, index) => `A${index}`)
    await send(...ids.map((id) => event({ id, version: 1 }, appointment({ subject: id }))))

    const bad = await eventually(async () => {
      const states = await Promise.all(ids.map(async (id) => ({ id, ...(await state(alice, id)) })))
      const parked = states.filter((each) => each.state === 'parked')
      expect(states.filter((each) => each.state === 'settled')).toHaveLength(ids.length - 1)
      expect(parked).toMatchObject([{ outbound: { code, parkedAt: expect.any(String) } }])
      return parked[0]!.id
    })
    await send(event({ id: bad, version: 2 }, appointment({ subject: 'Shorter' })))
    await settled(alice, bad, 2)
    expect(simulator.calendarOf(alice)).toHaveLength(ids.length)
  })

  test('that fails for the moment is tried again, at its own cost, and its neighbours do not wait', async () => {
    const { send, state, settled, simulator } = await startSystem()
    await send(event({ id: 'bad', version: 1 }, appointment()))
    await settled(alice, 'bad', 1)
    const { itemId } = simulator.calendarOf(alice)[0]!
    const fault = { kind: 'error', code: 'ErrorItemSave', operation: 'UpdateItem', itemId } as const
    const failing = simulator.faults.add(fault)

    await send(
      event({ id: 'bad', version: 2 }, appointment({ location: 'Room 5' })),
      event({ id: 'good', version: 1 }, appointment()),
    )
    await settled(alice, 'good', 1)
    await eventually(async () => {
      const { state: is, outbound } = await state(alice, 'bad')
      expect([is, outbound?.code]).toEqual(['pending', 'ErrorItemSave'])
      expect(outbound!.attempts).toBeGreaterThan(1)
    })
    simulator.faults.remove(failing)
    await settled(alice, 'bad', 2)
  })
})

describe('one bad mailbox', () => {
  test.each(['ErrorMailboxMoveInProgress', 'ErrorNonExistentMailbox'])(
    'that answers %s delays no other, and costs no attempt',
    async (code) => {
      const { send, state, trail, settled, simulator } = await startSystem()
      simulator.faults.add({ kind: 'fault', code, mailbox: bob })
      const ids = Array.from({ length: 10 }, (_, index) => `A${index}`)
      for (const mailbox of [bob, alice, carol])
        await send(...ids.map((id) => event({ id, version: 1, mailbox }, appointment())))

      for (const mailbox of [alice, carol]) for (const id of ids) await settled(mailbox, id, 1)
      await eventually(async () =>
        expect((await trail(bob, 'A0')).map(({ step }) => step)).toContain('postponed'),
      )
      // While it is tried the attempt counts, as it would if the worker died of it.
      await eventually(async () =>
        expect(await state(bob, 'A0')).toMatchObject({ state: 'pending', outbound: { attempts: 0 } }),
      )
    },
  )

  test('that moves is written to once it has arrived', async () => {
    const { send, state, trail, settled, simulator } = await startSystem()
    const fault = simulator.faults.add({ kind: 'fault', code: 'ErrorMailboxMoveInProgress', mailbox: bob })
    await send(event({ id: 'A', version: 1, mailbox: bob }, appointment()))
    await eventually(async () => {
      const steps = (await trail(bob, 'A')).filter(({ step }) => step === 'postponed')
      expect(steps.length).toBeGreaterThan(1)
    })
    expect((await state(bob, 'A')).outbound!.attempts).toBeLessThanOrEqual(1)
    simulator.faults.remove(fault)
    await settled(bob, 'A', 1)
    expect(simulator.calendarOf(bob)).toHaveLength(1)
  })

  test('that is refused when it is read costs a delivery no attempt', async () => {
    const { simulator, application, state, send, settled, quiet } = await startSystem()
    await send(event({ id: 'A', version: 1, mailbox: bob }, appointment()))
    await settled(bob, 'A', 1)
    await quiet(bob, 'A')
    simulator.faults.add({
      kind: 'fault',
      code: 'ErrorNonExistentMailbox',
      operation: 'GetItem',
      mailbox: bob,
    })
    simulator.userUpdates(bob, simulator.calendarOf(bob)[0]!.itemId, { location: 'Room 5' })
    simulator.userCreates(alice, { subject: 'Told at once', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
    await eventually(async () =>
      expect(await state(bob, 'A')).toMatchObject({
        inbound: { attempts: 0, code: 'ErrorNonExistentMailbox' },
      }),
    )
  })
})
