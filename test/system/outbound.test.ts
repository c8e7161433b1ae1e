import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem } from '../support/system.ts'

describe('from the application to Exchange', () => {
  test('an event becomes an item with every field of the contract', async () => {
    const { send, simulator, state } = await startSystem()
    const content = appointment({
      showAs: 'tentative',
      importance: 'high',
      reminderMinutesBeforeStart: 15,
      categories: ['Red', 'Blue'],
    })
    const { status, body } = await send(event({ id: 'APP-1', version: 1 }, content))
    expect({ status, statuses: body.results?.map((result) => result.status) }).toEqual({
      status: 202,
      statuses: ['accepted'],
    })

    await eventually(async () => expect(await state(alice, 'APP-1')).toMatchObject({ state: 'settled' }))
    expect(simulator.calendarOf(alice)).toMatchObject([content])
  })
})
