import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { alice, bob, carol, startSystem } from '../support/system.ts'

const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const attendees = [bob, carol].map((address) => ({ address, name: address, type: 'required' as const }))

test('copies of a meeting give way when its organiser is enabled, and come back when it is forgotten', async () => {
  const env = { POLL_SECONDS: '0.5', FORGET_SECONDS: '1', MAILBOXES: [bob, carol].join(',') }
  const { simulator, application, act, stopWorker, startWorker, restartWith, mailbox } = await startSystem({
    env,
  })
  simulator.userCreates(alice, { subject: 'Plans', ...times, attendees })
  await eventually(() => expect(held()).toEqual([`${bob} Plans`, `${carol} Plans`]))
  const ids = application.received.map(({ data }) => data.appointmentId).toSorted()

  await stopWorker('inbound')
  restartWith({ MAILBOXES: [alice, bob, carol].join(',') })
  await startWorker('inbound')
  await eventually(() => expect(held()).toEqual([`${alice} Plans`]))

  await act(alice, 'forget')
  await eventually(async () => expect(await mailbox(alice)).toMatchObject({ status: 404 }))
  for (const address of [bob, carol]) await act(address, 'repair')
  await eventually(() => expect(held()).toEqual([`${alice} Plans`, `${bob} Plans`, `${carol} Plans`]))
  const created = application.received.filter(
    ({ type, data }) => type.endsWith('created') && data.mailbox !== alice,
  )
  expect(created.map(({ data }) => data.appointmentId).toSorted()).toEqual([...ids, ...ids].toSorted())
  expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'invitation'])
  expect([simulator.calls['CreateItem'], simulator.calls['UpdateItem']]).toEqual([undefined, undefined])

  /** What the application holds by now. */
  function held(): string[] {
    const appointments = new Map<string, string>()
    for (const { type, data } of application.received) {
      const key = `${data.mailbox} ${data.appointmentId}`
      if (type.endsWith('created'))
        appointments.set(key, `${data.mailbox} ${String(data.appointment?.['subject'])}`)
      else if (!type.endsWith('updated')) appointments.delete(key)
    }
    return [...appointments.values()].toSorted()
  }
})
