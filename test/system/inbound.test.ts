import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { bob, startSystem } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

describe('from Exchange to the application', () => {
  test('an item that is created, changed and deleted is told as created, updated, cancelled', async () => {
    const { simulator, application } = await startSystem()
    const { itemId } = simulator.userCreates(bob, { subject: 'Lunch', start, end })
    await eventually(() =>
      expect(application.received.map(({ type }) => type)).toEqual(['appointment.created']),
    )
    simulator.userUpdates(bob, itemId, { subject: 'Long lunch' })
    await eventually(() =>
      expect(application.received[1]?.data).toMatchObject({
        changed: ['subject'],
        appointment: { subject: 'Long lunch' },
      }),
    )
    simulator.userDeletes(bob, itemId)
    await eventually(() =>
      expect(application.received.map(({ type }) => type).slice(2)).toEqual(['appointment.cancelled']),
    )
  })
})
