import { eventually } from '@lockstep/runtime/testing'
import { expect, onTestFinished, test } from 'vitest'
import { ALICE, anAppointment, startApplication } from './testing/start.ts'

test('holds what its users make, change and cancel', async () => {
  const { create, edit, cancel, list } = await startApplication()
  const { appointmentId } = await create(anAppointment({ subject: 'R&D <x> "q" ]]> 😀' }))
  expect(await list()).toMatchObject([
    { mailbox: ALICE, appointmentId, version: 1, revision: 0, cancelled: false },
  ])
  await edit(appointmentId, { location: 'Room 4' })
  expect(await list()).toMatchObject([
    { version: 2, appointment: { subject: 'R&D <x> "q" ]]> 😀', location: 'Room 4' } },
  ])
  await cancel(appointmentId)
  expect(await list()).toEqual([])
})

test.each([
  ['end before start', { end: { dateTime: '2027-03-28T08:00:00', timeZone: 'Europe/Amsterdam' } }, 'end'],
  [
    'an unknown zone',
    { start: { dateTime: '2027-03-28T09:00:00', timeZone: 'Mars/Base' } },
    'start.timeZone',
  ],
  ['an unknown property', { colour: 'red' }, ''],
])('refuses %s and names the field', async (_what, changes, field) => {
  const { create, edit, list } = await startApplication()
  const { appointmentId } = await create()
  const { status, body } = await edit(appointmentId, changes)
  expect(status).toBe(400)
  expect(JSON.stringify(body['errors'])).toContain(field)
  expect(await list()).toMatchObject([{ version: 1 }])
})

test('says what to do about an appointment that is gone', async () => {
  const { cancel, create } = await startApplication()
  const { appointmentId } = await create()
  await cancel(appointmentId)
  expect(await cancel(appointmentId)).toMatchObject({
    status: 404,
    body: { mend: 'Load the calendar again.' },
  })
})

test('streams each change of a mailbox while it lasts', async () => {
  const { url, create } = await startApplication()
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const response = await fetch(`${url}/api/events?mailbox=${ALICE}`, { signal: leaving.signal })
  let heard = ''
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) heard += chunk
  })().catch(() => {})

  const { appointmentId } = await create()
  await eventually(() => expect(heard).toContain(`"appointmentId":"${appointmentId}"`))
  leaving.abort()
  await reading
})
