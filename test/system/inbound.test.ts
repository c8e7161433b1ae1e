import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { event } from '../support/events.ts'
import { alice, bob, startSystem } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }
const weekly = { pattern: 'weekly' as const, interval: 1, daysOfWeek: ['monday' as const], count: 4 }

describe('from Exchange to the application', () => {
  test('an item that is created, changed and deleted is told as created, updated, cancelled', async () => {
    const { simulator, application } = await startSystem()
    const { itemId } = simulator.userCreates(bob, { subject: 'Lunch', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
    simulator.userUpdates(bob, itemId, { subject: 'Long lunch' })
    await eventually(() => expect(application.received).toHaveLength(2))
    simulator.userDeletes(bob, itemId)
    await eventually(() => expect(application.received).toHaveLength(3))

    const [created, updated, cancelled] = application.received
    const [first, second, third] = application.received.map(({ data }) => data.revision)
    expect(created).toMatchObject({
      type: 'appointment.created',
      data: { mailbox: bob, appointment: { subject: 'Lunch', start, end } },
    })
    expect(updated).toMatchObject({
      type: 'appointment.updated',
      data: { changed: ['subject'], appointment: { subject: 'Long lunch' } },
    })
    expect(cancelled).toMatchObject({ type: 'appointment.cancelled', data: { changed: [] } })
    expect(second).toBeGreaterThan(first!)
    expect(third).toBeGreaterThan(second!)
    expect(new Set(application.received.map(({ data }) => data.appointmentId)).size).toBe(1)
  })

  test('private and recurring items never cross, and their content is not read', async () => {
    const { simulator, application, synced } = await startSystem()
    const before = simulator.calls['GetItem']
    simulator.userCreates(bob, { subject: 'Doctor', start, end, sensitivity: 'private' })
    simulator.userCreates(bob, { subject: 'Review', start, end, sensitivity: 'confidential' })
    simulator.userCreates(bob, { subject: 'Standup', start, end, recurrence: weekly })
    await synced(bob)
    expect(application.received).toEqual([])
    expect(simulator.calls['GetItem']).toBe(before)
  })

  test('what becomes private is withdrawn, and created again under its id when it is public again', async () => {
    const { simulator, application } = await startSystem()
    const { itemId } = simulator.userCreates(bob, { subject: 'Talk', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
    simulator.userUpdates(bob, itemId, { sensitivity: 'private', subject: 'Secret' })
    await eventually(() => expect(application.received).toHaveLength(2))
    simulator.userUpdates(bob, itemId, { sensitivity: 'normal', subject: 'Talk again' })
    await eventually(() => expect(application.received).toHaveLength(3))

    expect(application.received.map(({ type }) => type)).toEqual([
      'appointment.created',
      'appointment.withdrawn',
      'appointment.created',
    ])
    expect(application.received[1]!.data).toMatchObject({ reason: 'private' })
    expect(JSON.stringify(application.received[1])).not.toContain('Secret')
    expect(application.received[2]!.data.appointmentId).toBe(application.received[0]!.data.appointmentId)
  })

  test('a change that the application does not take is told again, as the same revision, until it does', async () => {
    const { simulator, application } = await startSystem()
    application.answerWith(() => ({ status: 503 }))
    simulator.userCreates(bob, { subject: 'Lunch', start, end })
    await eventually(() => expect(application.received.length).toBeGreaterThanOrEqual(1))
    application.answerWith(() => ({ status: 204 }))
    const refused = application.received.length
    await eventually(() => expect(application.received.length).toBeGreaterThan(refused))
    expect(new Set(application.received.map(({ data }) => data.revision)).size).toBe(1)
  })

  test('lost notifications delay a change and lose none', async () => {
    const { simulator, application } = await startSystem()
    simulator.faults.add({ kind: 'notificationLost' })
    simulator.userCreates(alice, { subject: 'Unheard of', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
  })

  test('an application may give a new appointment an id of its own', async () => {
    const { simulator, application, send, settled } = await startSystem()
    application.answerWith(({ type }) =>
      type === 'appointment.created' ? { status: 200, body: { appointmentId: 'CASE-7' } } : { status: 204 },
    )
    const { itemId } = simulator.userCreates(bob, { subject: 'Lunch', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
    simulator.userUpdates(bob, itemId, { location: 'Canteen' })
    await eventually(() =>
      expect(application.received[1]?.data).toMatchObject({ appointmentId: 'CASE-7', changed: ['location'] }),
    )

    const { appointment, revision: basedOn } = application.received[1]!.data
    await send(
      event({ id: 'CASE-7', version: 1, mailbox: bob, basedOn }, { ...appointment, subject: 'Dinner' }),
    )
    await settled(bob, 'CASE-7', 1)
    expect(simulator.calendarOf(bob)).toMatchObject([{ subject: 'Dinner', location: 'Canteen' }])
  })
})
