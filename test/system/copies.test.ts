import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { alice, startSystem, type System } from '../support/system.ts'

describe("a user's copy of an item of ours, stamp and UID included", () => {
  test('takes the edits of the application', async () => {
    const { copyId, bed } = await startWithCopy()
    const { appointment: content, revision: basedOn } = bed.application.received[0]!.data
    await bed.send(event({ id: copyId, version: 1, basedOn }, { ...content, location: 'Room 5' }))
    await bed.settled(alice, copyId, 1)
    expect(locationsIn(bed)).toEqual({ Original: 'Room 4', Copy: 'Room 5' })
  })

  test('does not become the original when it is deleted', async () => {
    const { copyId, itemId, bed } = await startWithCopy()
    bed.simulator.userDeletes(alice, itemId)
    await eventually(() =>
      expect(bed.application.typesOf(copyId)).toEqual(['appointment.created', 'appointment.cancelled']),
    )
  })

  test('does not take the place of the original when that is deleted', async () => {
    const { copyId, bed } = await startWithCopy()
    bed.simulator.userDeletes(alice, originalIn(bed).itemId)
    await eventually(() => expect(bed.application.typesOf('A')).toEqual(['appointment.cancelled']))
    expect(bed.application.typesOf(copyId)).toEqual(['appointment.created'])
  })

  test('is not deleted when the application cancels the original, which its user has just deleted', async () => {
    const { bed } = await startWithCopy()
    await bed.stopWorker('inbound')
    bed.simulator.userDeletes(alice, originalIn(bed).itemId)
    await bed.send(event({ id: 'A', version: 2 }))
    await bed.settled(alice, 'A', 2)
    expect(Object.keys(locationsIn(bed))).toEqual(['Copy'])
  })

  test('is not deleted with the original, though the answer to its creation was lost', async () => {
    const { bed } = await startWithCopy()
    await bed.send(event({ id: 'A', version: 2 }))
    await bed.settled(alice, 'A', 2)
    bed.simulator.faults.add({ kind: 'dropAfterEffect', operation: 'CreateItem', times: 1 })
    bed.simulator.faults.add({ kind: 'latency', ms: 300, operation: 'FindItem', times: 1 })
    await bed.send(event({ id: 'A', version: 3 }, appointment({ subject: 'Original' })))
    await eventually(() => expect(Object.keys(locationsIn(bed))).toHaveLength(2))
    await bed.send(event({ id: 'A', version: 4 }))
    await bed.settled(alice, 'A', 4)
    expect(Object.keys(locationsIn(bed))).toEqual(['Copy'])
  })
})

test('a copy of an item that was cancelled and made anew is left, wherever its user moves it', async () => {
  const { copyId, bed } = await startWithCopy()
  const { simulator, application } = bed
  await makeAnew(bed)
  const copy = simulator.calendarOf(alice).find(({ subject }) => subject === 'Copy')!
  const away = simulator.userMoves(alice, copy.itemId, 'inbox')
  await eventually(() =>
    expect(application.typesOf(copyId)).toEqual(['appointment.created', 'appointment.cancelled']),
  )
  simulator.userMoves(alice, away.itemId, 'calendar')
  await eventually(() => expect(application.typesOf(copyId).at(2)).toBe('appointment.created'))
  expect(Object.keys(locationsIn(bed)).toSorted()).toEqual(['Anew', 'Copy'])
})

test('an item that comes back after its appointment was made anew is not a second one', async () => {
  const bed = await startSystem()
  const { simulator, application } = bed
  await bed.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Original' })))
  await bed.settled(alice, 'A', 1)
  await bed.quiet(alice, 'A')
  const away = simulator.userMoves(alice, simulator.calendarOf(alice)[0]!.itemId, 'inbox')
  await eventually(() => expect(application.typesOf('A')).toEqual(['appointment.cancelled']))
  await makeAnew(bed)
  simulator.userMoves(alice, away.itemId, 'calendar')
  await eventually(() => expect(simulator.calls['DeleteItem']).toBe(1))
  await eventually(() => expect(Object.keys(locationsIn(bed))).toEqual(['Anew']))
  expect(application.received).toHaveLength(1)
})

describe('a copy, though Exchange says once that the original is not there', () => {
  test.each([
    { also: 'and the original is edited besides', edits: { location: 'Room 9' } },
    { also: 'and nothing else is new', edits: undefined },
  ])('is an appointment of its own, $also', async ({ edits }) => {
    const { simulator, application, ...bed } = await startSystem()
    await bed.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Original' })))
    await bed.settled(alice, 'A', 1)
    await bed.quiet(alice, 'A')
    await bed.stopWorker('inbound')
    const { itemId } = simulator.calendarOf(alice)[0]!
    simulator.userCopies(alice, itemId, { subject: 'Copy' })
    if (edits) simulator.userUpdates(alice, itemId, edits)
    simulator.faults.add({ kind: 'error', code: 'ErrorItemNotFound', operation: 'GetItem', times: 1 })

    await bed.startWorker('inbound')
    await eventually(() => expect(application.received).toHaveLength(edits ? 2 : 1))
    const told = application.received.map(({ data }) => [data.appointmentId, data.appointment?.subject])
    expect(told.filter(([id]) => id === 'A')).toEqual(edits ? [['A', 'Original']] : [])
    expect(told.filter(([id]) => id !== 'A')).toEqual([[expect.stringMatching(/^ex-/), 'Copy']])
  })
})

test('a copy that is made before we know that its original was created is an appointment of its own', async () => {
  const gate = await startEwsGate()
  const { simulator, application, ...bed } = await startSystem({ gate })
  const creating = gate.hold('answer', { operation: 'CreateItem' })
  await bed.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Original' })))
  await creating.reached
  simulator.userCopies(alice, simulator.calendarOf(alice)[0]!.itemId, { subject: 'Copy' })
  // The second question comes when the first answer has been worked through.
  for (let question = 0; question < 2; question += 1) {
    const asking = gate.hold('request', { operation: 'SyncFolderItems', mailbox: alice })
    await asking.reached
    asking.release()
  }
  creating.release()

  await eventually(() => expect(application.received).toHaveLength(1))
  expect(application.received.map(({ data }) => [data.appointmentId, data.appointment?.subject])).toEqual([
    [expect.stringMatching(/^ex-/), 'Copy'],
  ])
  expect(
    simulator
      .calendarOf(alice)
      .map(({ subject }) => subject)
      .toSorted(),
  ).toEqual(['Copy', 'Original'])
})

test('a copy that is made while the answer to the creation is lost is an appointment of its own', async () => {
  const gate = await startEwsGate()
  const { simulator, application, ...bed } = await startSystem({ gate })
  // A calendar that is not known yet is searched before anything is created.
  await bed.synced(alice)
  simulator.faults.add({ kind: 'dropAfterEffect', operation: 'CreateItem', times: 1 })
  const searching = gate.hold('request', { operation: 'FindItem', mailbox: alice })
  await bed.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Original' })))
  await searching.reached
  simulator.userCopies(alice, simulator.calendarOf(alice)[0]!.itemId, { subject: 'Copy' })
  searching.release()

  await bed.settled(alice, 'A', 1)
  await eventually(() => expect(application.received).toHaveLength(1))
  expect(application.received[0]!.data.appointment).toMatchObject({ subject: 'Copy' })
  const subjects = simulator.calendarOf(alice).map(({ subject }) => subject)
  expect(subjects.toSorted()).toEqual(['Copy', 'Original'])
})

test('an item of a user that is moved away and back is itself, also while a copy of it is there', async () => {
  const { simulator, application, original, appointmentId } = await startWithCopyOfTheirs()
  const away = simulator.userMoves(alice, original.itemId, 'inbox')
  await eventually(() => expect(application.typesOf(appointmentId)).toHaveLength(2))
  simulator.userMoves(alice, away.itemId, 'calendar')
  await eventually(() => expect(application.received).toHaveLength(4))
  expect(application.typesOf(appointmentId)).toEqual([
    'appointment.created',
    'appointment.cancelled',
    'appointment.created',
  ])
})

test('nor is one that is moved to and fro at once, while a copy of it is there, anything new', async () => {
  const { simulator, application, original, appointmentId } = await startWithCopyOfTheirs()
  const away = simulator.userMoves(alice, original.itemId, 'inbox')
  const back = simulator.userMoves(alice, away.itemId, 'calendar')
  simulator.userUpdates(alice, back.itemId, { location: 'Room 9' })
  await eventually(() => expect(application.received).toHaveLength(3))
  expect(application.typesOf(appointmentId)).toEqual(['appointment.created', 'appointment.updated'])
})

const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

/** An item of a user's, and its copy in the same calendar, both told to the application. */
async function startWithCopyOfTheirs() {
  const { simulator, application } = await startSystem()
  const original = simulator.userCreates(alice, { subject: 'Original', ...times })
  await eventually(() => expect(application.received).toHaveLength(1))
  simulator.userCopies(alice, original.itemId, { subject: 'Copy' })
  await eventually(() => expect(application.received).toHaveLength(2))
  const { appointmentId } = application.received[0]!.data
  return { simulator, application, original, appointmentId }
}

/** An appointment of the application's, and its copy in the same calendar, told to the application. */
async function startWithCopy() {
  const bed = await startSystem()
  await bed.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Original' })))
  await bed.settled(alice, 'A', 1)
  await bed.quiet(alice, 'A')
  const [original] = bed.simulator.calendarOf(alice)
  const { itemId } = bed.simulator.userCopies(alice, original!.itemId, { subject: 'Copy' })
  await eventually(() => expect(bed.application.received).toHaveLength(1))
  return { bed, itemId, copyId: bed.application.received[0]!.data.appointmentId }
}

async function makeAnew(bed: System): Promise<void> {
  await bed.send(event({ id: 'A', version: 2 }))
  await bed.settled(alice, 'A', 2)
  await bed.send(event({ id: 'A', version: 3 }, appointment({ subject: 'Anew' })))
  await bed.settled(alice, 'A', 3)
}

function locationsIn({ simulator }: Awaited<ReturnType<typeof startSystem>>): Record<string, string> {
  return Object.fromEntries(simulator.calendarOf(alice).map(({ subject, location }) => [subject, location]))
}

function originalIn({ simulator }: System) {
  return simulator.calendarOf(alice).find(({ subject }) => subject === 'Original')!
}
