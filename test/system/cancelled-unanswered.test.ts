import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const invited = { ...appointment(), attendees: [{ address: bob, type: 'required' }] }
const created = event({ id: 'A', version: 1 }, invited)
const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'UTC' }
const own = { subject: "Alice's own", start, end: { ...start, dateTime: '2027-05-03T10:00:00' } }
const cancelled = event({ id: 'A', version: 2 })

describe('a meeting that is cancelled when the answer to its creation was lost', () => {
  test('is removed as soon as its creation is carried out after all, and its attendee hears so', async () => {
    // Longer than the test: it is seen that it landed.
    const system = await startSystem({ env: { LATE_CALL_SECONDS: '600' } })
    const { send, settled, simulator, application } = system
    await loseAnswer(system, { kind: 'lateEffect', effectAfterMs: 3_000 })
    await send(cancelled)
    await eventually(async () => expect(await outbound(system)).toMatchObject({ code: 'LOST_ANSWER' }))
    expect(simulator.mails).toEqual([])

    simulator.userCreates(alice, own)
    await settled(alice, 'A', 2)
    expect(simulator.calendarOf(alice).map(({ subject }) => subject)).toEqual(["Alice's own"])
    expect(simulator.mails.map(({ kind, to }) => [kind, to])).toEqual([
      ['invitation', bob],
      ['cancellation', bob],
    ])
    await eventually(() => expect(application.received).toHaveLength(1))
    expect(application.received).toMatchObject([{ data: { appointment: { subject: "Alice's own" } } }])
  })

  test('is removed, and its attendee hears so, if it was carried out', async () => {
    const system = await startSystem()
    await loseAnswer(system, { kind: 'dropAfterEffect' })
    await system.send(cancelled)
    await system.settled(alice, 'A', 2)
    expect(system.simulator.calendarOf(alice)).toEqual([])
    expect(system.simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'cancellation'])
    expect(system.application.received).toEqual([])
  })

  test('is settled once it cannot be carried out any more', async () => {
    const system = await startSystem({ env: { LATE_CALL_SECONDS: '4' } })
    await loseAnswer(system, { kind: 'dropBeforeEffect' })
    await system.send(cancelled)
    await system.settled(alice, 'A', 2)
    expect(system.simulator.mails).toEqual([])
    expect(system.application.received).toEqual([])
  })
})

type Loss = { kind: 'lateEffect'; effectAfterMs: number } | { kind: 'dropAfterEffect' | 'dropBeforeEffect' }

async function loseAnswer({ simulator, send }: System, loss: Loss): Promise<void> {
  const id = simulator.faults.add({ ...loss, operation: 'CreateItem', times: 1 })
  await send(created)
  await eventually(() => expect(simulator.faults.active.some((fault) => fault.id === id)).toBe(false))
}

async function outbound({ state }: System) {
  return (await state(alice, 'A')).outbound
}
