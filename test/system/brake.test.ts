import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '5' }
const many = Array.from({ length: 8 }, (_, n) => `A${n}`)

describe('too many deletions', () => {
  test('by the application stop what goes to that mailbox, until they are released', async () => {
    const system = await startSystem({ env })
    const { send, settled, simulator, state, mailbox } = system
    await createOurs(system)
    await send(
      ...many.map((id) => event({ id, version: 2 })),
      event({ id: 'new', version: 1 }, appointment()),
    )
    await eventually(async () =>
      expect(await mailbox(alice)).toMatchObject({ brakes: { outbound: { reason: 'deletions' } } }),
    )
    await send(event({ id: 'later', version: 1 }, appointment()))
    await send(event({ id: 'B', version: 1, mailbox: bob }, appointment()))
    await settled(bob, 'B', 1)
    expect(simulator.calendarOf(alice).length).toBeGreaterThanOrEqual(many.length - 5)
    expect(await state(alice, 'later')).toMatchObject({ state: 'pending', inExchange: false })

    expect(await system.act(alice, 'release', { direction: 'outbound' })).toMatchObject({ released: true })
    for (const id of many) await settled(alice, id, 2)
    await settled(alice, 'later', 1)
    expect(simulator.calendarOf(alice)).toHaveLength(2)
    expect(await mailbox(alice)).not.toHaveProperty('brakes')
    expect(await state(alice, 'A0')).toMatchObject({ state: 'settled' })
  })

  test('in Exchange stop what the application is told of that mailbox, until they are released', async () => {
    const system = await startSystem({ env })
    const { simulator, application, mailbox, startWorker, stopWorker } = system
    await createOurs(system)
    await stopWorker('inbound')
    for (const { itemId } of simulator.calendarOf(alice)) simulator.userDeletes(alice, itemId)
    await startWorker('inbound')
    await eventually(async () =>
      expect(await mailbox(alice)).toMatchObject({ brakes: { inbound: { deletions: 8, appointments: 8 } } }),
    )
    expect(application.received).toEqual([])
    simulator.userCreates(bob, { subject: 'Theirs', ...times })
    await eventually(() => expect(application.received).toMatchObject([{ data: { mailbox: bob } }]))

    await system.act(alice, 'release', { direction: 'inbound' })
    await eventually(() =>
      expect(application.received.filter(({ type }) => type === 'appointment.cancelled')).toHaveLength(8),
    )
  })
})

const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

async function createOurs({ send, settled, quiet }: System): Promise<void> {
  await send(...many.map((id) => event({ id, version: 1 }, appointment())))
  for (const id of many) {
    await settled(alice, id, 1)
    await quiet(alice, id)
  }
}
