import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5' }
const rooms = { application: 'Room 4', exchange: 'Raum 4' }

test('an appointment that both sides keep correcting is frozen, and goes on when it is replayed', async () => {
  const system = await startSystem({ env })
  const { send, settled, quiet, simulator, state, replay } = system
  await send(event({ id: 'A', version: 1 }, appointment({ location: rooms.application })))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  const dispute = startDispute(system)

  await eventually(async () => {
    const frozen = await state(alice, 'A')
    expect(frozen).toMatchObject({ state: 'parked', frozen: { properties: ['location'] } })
    expect(frozen.outbound?.code ?? frozen.inbound?.code).toBe('OSCILLATES')
  }, 15_000)
  expect(simulator.calls['UpdateItem']).toBeLessThanOrEqual(4)

  dispute.settle()
  expect(await replay(alice, 'A')).toEqual({ replayed: true })
  await eventually(async () => expect(await state(alice, 'A')).toMatchObject({ state: 'settled' }))
  expect(await state(alice, 'A')).not.toHaveProperty('frozen')
})

/** The application turns every location into its own, and somebody at Exchange turns it back. */
function startDispute({ application, simulator, send }: System): { settle: () => void } {
  let version = 1
  let isOn = true
  application.answerWith(({ data }) => {
    if (isOn && data.appointment?.['location'] === rooms.exchange) {
      version += 1
      const content = appointment({ location: rooms.application })
      void send(event({ id: 'A', version, basedOn: data.revision }, content))
    }
    return { status: 204 }
  })
  const timer = setInterval(() => {
    const [item] = simulator.calendarOf(alice)
    if (isOn && item?.location === rooms.application)
      simulator.userUpdates(alice, item.itemId, { location: rooms.exchange })
  }, 20)
  return {
    settle: () => {
      isOn = false
      clearInterval(timer)
    },
  }
}
