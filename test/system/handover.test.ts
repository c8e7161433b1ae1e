import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

test('what another integration made is taken over by its UID, and told by the id that the application has', async () => {
  const system = await startSystem({ without: ['inbound', 'outbound'] })
  const { simulator, application } = system
  const { itemId, uid: exchangeId } = simulator.userCreates(alice, { subject: 'Of both', start, end })
  await turn(system, 'off')
  await system.startWorker('inbound')
  await system.startWorker('outbound')

  const held = appointment({ subject: 'Of both', start, end })
  const results = await system.send(event({ id: 'APP-1', version: 7, mailbox: alice, exchangeId }, held))
  expect(results.body.results).toMatchObject([{ status: 'accepted' }])
  await turn(system, 'on')
  await system.settled(alice, 'APP-1', 7)
  expect(simulator.calendarOf(alice).map(({ subject }) => subject)).toEqual(['Of both'])

  await eventually(async () => expect(await system.mailbox(alice)).toHaveProperty('currentAt'))
  simulator.userUpdates(alice, itemId, { location: 'Room 9' })
  await eventually(() => expect(application.typesOf('APP-1')).toContain('appointment.updated'))
  expect(new Set(application.received.map(({ data }) => data.appointmentId))).toEqual(new Set(['APP-1']))
  expect(simulator.calls['CreateItem']).toBeUndefined()
  expect(simulator.mails).toEqual([])
})

async function turn({ ingressUrl }: System, to: 'on' | 'off'): Promise<void> {
  const { status } = await fetch(`${ingressUrl}/v1/settings`, {
    method: 'PATCH',
    headers: { Authorization: 'Bearer test', 'Content-Type': 'application/json' },
    body: JSON.stringify({ outbound: to, inbound: to }),
  })
  expect(status).toBe(200)
}
