import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5' }
const rooms = { application: 'Room 4', exchange: 'Raum 4' }

/** The sixth crossing is the one that is held back: whoever began, the side that is not told or written last is the other. */
test.each([
  { first: 'Exchange', held: 'outbound' },
  { first: 'the application', held: 'inbound' },
] as const)(
  'an appointment that both sides keep correcting, $first first, is frozen $held, and goes on when it is replayed',
  async ({ first, held }) => {
    const system = await startSystem({ env })
    const { send, settled, quiet, simulator, application, state, replay } = system
    const begun = first === 'Exchange' ? rooms.application : rooms.exchange
    await send(event({ id: 'A', version: 1 }, appointment({ location: begun })))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')
    const dispute = startDispute(system)
    if (first === 'the application')
      await send(event({ id: 'A', version: 2 }, appointment({ location: rooms.application })))

    await eventually(async () => {
      const frozen = await state(alice, 'A')
      expect(frozen).toMatchObject({ state: 'parked', frozen: { properties: ['location'] } })
      expect(frozen[held]).toMatchObject({ code: 'OSCILLATES', parkedAt: expect.any(String) })
    })
    const writes = simulator.calls['UpdateItem']!
    expect(writes + application.received.length).toBeLessThanOrEqual(6)

    dispute.settle()
    expect(await replay(alice, 'A')).toEqual({ replayed: true })
    await eventually(async () => expect(await state(alice, 'A')).toMatchObject({ state: 'settled' }))
    expect(await state(alice, 'A')).not.toHaveProperty('frozen')
  },
)

/** The application turns every location into its own, and somebody at Exchange turns it back. */
function startDispute({ application, simulator, send }: System): { settle: () => void } {
  let version = 2
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
