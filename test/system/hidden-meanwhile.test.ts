import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem } from '../support/system.ts'

test('what the application has just hidden is not shown to it again by an edit in Exchange', async () => {
  const { simulator, application, send, settled, quiet, startWorker, stopWorker } = await startSystem()
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  await stopWorker('outbound')
  await send(event({ id: 'A', version: 2, basedOn: 0 }, appointment({ sensitivity: 'private' })))
  const reads = simulator.calls['GetItem'] ?? 0
  simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'personal' })
  await eventually(() => expect(simulator.calls['GetItem']).toBeGreaterThan(reads))
  await startWorker('outbound')
  await settled(alice, 'A', 2)
  await quiet(alice, 'A')
  expect(simulator.calendarOf(alice)).toEqual([])
  expect(application.received).toEqual([])
})

test('what the application sent while its item was hidden is merged, though it is shown again before anybody was told', async () => {
  const { simulator, send, settled, state, quiet, startWorker, stopWorker } = await startSystem()
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  await stopWorker('inbound')
  const { itemId } = simulator.calendarOf(alice)[0]!
  simulator.userUpdates(alice, itemId, { sensitivity: 'private' })
  await send(event({ id: 'A', version: 2 }, appointment({ location: 'Room 9' })))
  await eventually(async () =>
    expect(await state(alice, 'A')).toMatchObject({ outbound: { code: 'ASLEEP' } }),
  )
  simulator.userUpdates(alice, itemId, { sensitivity: 'normal' })
  await startWorker('inbound')
  await settled(alice, 'A', 2)
  expect(simulator.calendarOf(alice)).toMatchObject([{ location: 'Room 9', sensitivity: 'normal' }])
})

test.each([
  ['hid', 'private', ['withdrawn', 'created'], ['invitation']],
  ['cancelled', undefined, ['withdrawn'], ['invitation', 'cancellation']],
])(
  'what the application %s while its item was hidden is decided once it is shown again, and nobody is invited twice',
  async (_what, sensitivity, told, mails) => {
    const { simulator, application, send, settled, state, quiet } = await startSystem()
    const attendees = [{ address: 'guest@elsewhere.example', type: 'required' }]
    await send(event({ id: 'A', version: 1 }, appointment({ attendees })))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')
    const { itemId } = simulator.calendarOf(alice)[0]!
    simulator.userUpdates(alice, itemId, { sensitivity: 'private' })
    await eventually(() => expect(application.typesOf('A')).toEqual(['appointment.withdrawn']))
    const content = sensitivity && appointment({ attendees, sensitivity })
    await send(event({ id: 'A', version: 2, basedOn: 0 }, content || undefined))
    await eventually(async () => expect(await state(alice, 'A')).toMatchObject({ state: 'parked' }))
    simulator.userUpdates(alice, itemId, { sensitivity: 'normal' })
    await settled(alice, 'A', 2)
    await eventually(() =>
      expect(application.typesOf('A')).toEqual(told.map((kind) => `appointment.${kind}`)),
    )
    expect(simulator.calendarOf(alice)).toHaveLength(sensitivity ? 1 : 0)
    const sent = simulator.mails.filter(({ kind }) => kind !== 'update').map(({ kind }) => kind)
    expect(sent).toEqual(mails)
  },
)

test('an item that is hidden while the answer to a write is lost is withdrawn', async () => {
  const { simulator, application, send, settled, quiet } = await startSystem()
  await send(event({ id: 'A', version: 1 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  simulator.faults.add({ kind: 'dropAfterEffect', operation: 'UpdateItem', times: 1 })
  const writes = simulator.calls['UpdateItem'] ?? 0
  await send(event({ id: 'A', version: 2 }, appointment({ location: 'Room 9' })))
  await eventually(() => expect(simulator.calls['UpdateItem']).toBe(writes + 1))
  simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'private' })
  await eventually(() => expect(application.typesOf('A')).toContain('appointment.withdrawn'))
})

describe('what the application hides, and then applies a change of its sensitivity over that', () => {
  test('stays hidden there as well', async () => {
    const { simulator, application, hide, holding, changed } = await startHidden()
    simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'personal' })
    await eventually(() => expect(holding()).toBe('personal'))
    await hide('private')

    await eventually(() => expect(holding()).toBe('private'))
    expect(simulator.calendarOf(alice)).toEqual([])
    expect(changed()).toEqual([['sensitivity'], ['sensitivity']])
    expect(application.received.at(-1)!.data.appointment).toEqual({ sensitivity: 'private' })
  })

  test('is told so under one revision until an answer arrives', async () => {
    const { simulator, application, hide, holding, loseAnswers, settled } = await startHidden()
    simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'personal' })
    await eventually(() => expect(holding()).toBe('personal'))
    loseAnswers(1)
    await hide('confidential')
    await eventually(() => expect(application.received).toHaveLength(3))
    await settled(alice, 'A', 2)
    const revisions = application.received.map(({ data }) => data.revision)
    expect(new Set(revisions.slice(1)).size).toBe(1)
    expect(holding()).toBe('confidential')
  })

  test('is shown on both sides if it shows it again before it has heard', async () => {
    const { simulator, application, hide, show, holding, loseAnswers, settled, quiet } = await startHidden()
    simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { sensitivity: 'personal' })
    await eventually(() => expect(holding()).toBe('personal'))
    loseAnswers(1)
    await hide('private')
    await eventually(() => expect(application.received).toHaveLength(2))
    await show()
    await settled(alice, 'A', 3)
    await quiet(alice, 'A')
    expect(holding()).toBe('normal')
    expect(simulator.calendarOf(alice)).toMatchObject([{ sensitivity: 'normal' }])
  })
})

/** A is on both sides, with an application that applies what it is told over what it has changed meanwhile. */
async function startHidden() {
  const system = await startSystem()
  const { application, send, settled, quiet } = system
  let sensitivity: unknown = 'normal'
  let applied = 0
  let lost = 0
  let version = 1
  application.answerWith(({ data }) => {
    if (data.revision > applied && data.changed.includes('sensitivity'))
      sensitivity = data.appointment!['sensitivity']
    applied = data.revision
    return { status: lost-- > 0 ? 503 : 204 }
  })
  await send(event({ id: 'A', version, basedOn: 0 }, appointment()))
  await settled(alice, 'A', 1)
  await quiet(alice, 'A')
  /** Sent before it applied anything: so it says. */
  const decide = (decided: string) =>
    send(event({ id: 'A', version: ++version, basedOn: 0 }, appointment({ sensitivity: decided })))
  return {
    ...system,
    hide: decide,
    show: () => {
      sensitivity = 'normal'
      return decide('normal')
    },
    /** So many changes are applied, and acknowledged to nobody. */
    loseAnswers: (times: number) => void (lost = times),
    holding: () => sensitivity,
    changed: () => application.received.map(({ data }) => data.changed),
  }
}
