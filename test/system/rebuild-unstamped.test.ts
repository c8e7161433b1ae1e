import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { keepBooks } from '../support/book-keeper.ts'
import { event } from '../support/events.ts'
import { loseLedger } from '../support/lose-ledger.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5' }
const lunch = {
  subject: 'Their lunch',
  start: { dateTime: '2027-05-03T12:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T13:00:00', timeZone: 'Europe/Berlin' },
}

test('a calendar without stamps is restored too: the processes that run know that it was synchronised', async () => {
  const system = await startSystem({ env })
  const { simulator, application } = system
  const keeper = keepBooks(system, alice)
  simulator.userCreates(alice, lunch)
  await eventually(() => expect(application.received).toHaveLength(1))
  const [id] = [...keeper.books.keys()]
  await eventually(async () => expect(await system.state(alice, id!)).toMatchObject({ state: 'settled' }))

  await loseLedger(system.env)
  await eventually(async () => expect(await restoredOf(system)).toEqual(expect.any(String)))
  await eventually(async () =>
    expect(await system.state(alice, id!)).toMatchObject({ inbound: expect.anything() }),
  )
  await system.send(...keeper.resent())
  await eventually(async () => expect(await system.state(alice, id!)).toMatchObject({ state: 'settled' }))
  await system.synced(alice)
  expect(application.received).toHaveLength(1)
})

test('what the application sends as it was offered it is not told again', async () => {
  const system = await startSystem({ env })
  const { simulator, application } = system
  application.answerWith(() => ({ status: 409, body: { version: 1 } }))
  simulator.userCreates(alice, lunch)
  await eventually(() => expect(application.received).toHaveLength(1))
  const [{ data }] = application.received as [(typeof application.received)[0]]

  application.answerWith(() => ({ status: 204 }))
  const head = { id: data.appointmentId, version: 1, basedOn: 0 }
  await system.send(event(head, { ...data.appointment!, attendees: [], recurrence: null }))
  await eventually(async () =>
    expect(await system.state(alice, data.appointmentId)).toMatchObject({ state: 'settled' }),
  )
  await system.synced(alice)
  expect(application.received).toHaveLength(1)
})

async function restoredOf({ ingressUrl }: System): Promise<unknown> {
  const headers = { authorization: 'Bearer test' }
  const response = await fetch(`${ingressUrl}/v1/mailboxes/${alice}`, { headers })
  return ((await response.json()) as { restored?: unknown }).restored
}
