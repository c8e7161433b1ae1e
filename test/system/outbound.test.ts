import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { alice, startSystem } from '../support/system.ts'

const statusesOf = ({ body }: { body: { results?: { status: string }[] } }) =>
  body.results?.map(({ status }) => status)

describe('from the application to Exchange', () => {
  test('an event becomes an item with every field of the contract', async () => {
    const { send, simulator, settled } = await startSystem()
    const content = appointment({
      showAs: 'tentative',
      importance: 'high',
      reminderMinutesBeforeStart: 15,
      categories: ['Red', 'Blue'],
    })
    expect(await send(event({ id: 'A', version: 1 }, content))).toMatchObject({ status: 202 })
    await settled(alice, 'A', 1)
    expect(simulator.calendarOf(alice)).toMatchObject([content])
  })

  test('a new version changes only what changed', async () => {
    const { send, simulator, settled } = await startSystem()
    await send(event({ id: 'A', version: 3 }, appointment()))
    await settled(alice, 'A', 3)
    const [{ itemId, ...before }] = simulator.calendarOf(alice) as [
      ReturnType<typeof simulator.calendarOf>[0],
    ]
    simulator.userUpdates(alice, itemId, { categories: ['Set by the user'], reminderMinutesBeforeStart: 45 })

    await send(event({ id: 'A', version: 4 }, appointment({ location: 'Room 5' })))
    await settled(alice, 'A', 4)
    expect(simulator.calendarOf(alice)).toMatchObject([
      {
        itemId,
        subject: before.subject,
        location: 'Room 5',
        categories: ['Set by the user'],
        reminderMinutesBeforeStart: 45,
      },
    ])
  })

  test('a new version changes only what changed also if the answer to the first was lost', async () => {
    const { send, simulator, settled } = await startSystem()
    simulator.faults.add({ kind: 'dropAfterEffect', operation: 'CreateItem', times: 1 })
    await send(event({ id: 'A', version: 1 }, appointment()))
    const [{ itemId } = { itemId: '' }] = await eventually(() => {
      const items = simulator.calendarOf(alice)
      expect(items).toHaveLength(1)
      return items
    })
    simulator.userUpdates(alice, itemId, { categories: ['Set by the user'], showAs: 'oof' })
    await send(event({ id: 'A', version: 2, basedOn: 0 }, appointment({ location: 'Room 5' })))
    await settled(alice, 'A', 2)
    expect(simulator.calendarOf(alice)).toMatchObject([
      { itemId, location: 'Room 5', categories: ['Set by the user'], showAs: 'oof' },
    ])
  })

  test('an older version is stale, also after a cancellation, and a newer one creates anew', async () => {
    const { send, simulator, settled } = await startSystem()
    await send(event({ id: 'A', version: 4 }, appointment()))
    expect(statusesOf(await send(event({ id: 'A', version: 3 }, appointment({ subject: 'Old' }))))).toEqual([
      'stale',
    ])
    await settled(alice, 'A', 4)

    await send(event({ id: 'A', version: 5 }))
    await settled(alice, 'A', 5)
    expect(simulator.calendarOf(alice)).toEqual([])
    expect(statusesOf(await send(event({ id: 'A', version: 4 }, appointment())))).toEqual(['stale'])

    await send(event({ id: 'A', version: 6 }, appointment({ subject: 'Anew' })))
    await settled(alice, 'A', 6)
    expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Anew' }])
  })

  test('fifty versions in a burst end with the last, in fewer than ten writes', async () => {
    const gate = await startEwsGate()
    const { send, simulator, settled } = await startSystem({ gate })
    const creating = gate.hold('request', { operation: 'CreateItem' })
    const versions = Array.from({ length: 50 }, (_, index) => index + 1)
    await Promise.all(
      versions.map((version) =>
        send(event({ id: 'A', version }, appointment({ subject: `Version ${version}` }))),
      ),
    )
    creating.release()
    await settled(alice, 'A', 50)
    expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Version 50' }])
    const { CreateItem = 0, UpdateItem = 0 } = simulator.calls
    expect(CreateItem + UpdateItem).toBeLessThan(10)
  })

  test('what becomes private or recurring is withdrawn, and created anew when it is public again', async () => {
    const { send, simulator, settled } = await startSystem()
    await send(event({ id: 'A', version: 1 }, appointment()))
    await settled(alice, 'A', 1)
    expect(
      statusesOf(await send(event({ id: 'A', version: 2 }, appointment({ sensitivity: 'private' })))),
    ).toEqual(['refused'])
    await settled(alice, 'A', 2)
    expect(simulator.calendarOf(alice)).toEqual([])

    await send(event({ id: 'A', version: 3 }, appointment()))
    await settled(alice, 'A', 3)
    expect(simulator.calendarOf(alice)).toHaveLength(1)
  })

  test('a write of our own is neither told nor written again', async () => {
    const { send, simulator, application, settled, quiet } = await startSystem()
    await send(event({ id: 'A', version: 1 }, appointment()))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')
    expect(application.received).toEqual([])
    expect(simulator.calls).toMatchObject({ CreateItem: 1 })
    expect(simulator.calls['UpdateItem']).toBeUndefined()
  })

  test.each([
    ['markup in the subject', { subject: 'R&D <x> "q" ]]> 😀' }],
    ['an HTML body', { body: { contentType: 'html', content: '<p>One<br>\nTwo &amp; <b>three</b></p>\n' } }],
    [
      'the hour that the clock skips',
      {
        start: { dateTime: '2027-03-28T01:30:00', timeZone: 'Europe/Amsterdam' },
        end: { dateTime: '2027-03-28T03:30:00', timeZone: 'Europe/Amsterdam' },
      },
    ],
    [
      'an all-day appointment at the other end of the world',
      {
        isAllDay: true,
        start: { dateTime: '2027-04-03T00:00:00', timeZone: 'Pacific/Auckland' },
        end: { dateTime: '2027-04-05T00:00:00', timeZone: 'Pacific/Auckland' },
      },
    ],
  ])('%s comes back as it went', async (_name, content) => {
    const { send, simulator, application, settled, quiet } = await startSystem()
    await send(event({ id: 'A', version: 1 }, appointment(content)))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')

    const [item] = simulator.calendarOf(alice)
    simulator.userUpdates(alice, item!.itemId, { location: 'Elsewhere' })
    await eventually(() => expect(application.received).toHaveLength(1))
    expect(application.received[0]!.data).toMatchObject({
      changed: ['location'],
      appointment: { ...appointment(content), location: 'Elsewhere' },
    })
  })
})
