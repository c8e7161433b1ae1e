import { codeOf, soapClient } from '@lockstep/exchange-simulator/testing'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }
const env = { POLL_SECONDS: '0.5' }
const guest = { address: 'guest@elsewhere.example', type: 'required' }

describe('what goes from the calendar', () => {
  test('a lost cursor neither cancels nor doubles anything', async () => {
    const { send, settled, quiet, synced, simulator, application } = await startSystem({ env })
    await send(event({ id: 'ours', version: 1 }, appointment()))
    await settled(alice, 'ours', 1)
    await quiet(alice, 'ours')
    simulator.userCreates(alice, { subject: 'Theirs', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))

    const lost = { kind: 'error', code: 'ErrorInvalidSyncStateData', operation: 'SyncFolderItems' } as const
    simulator.faults.add({ ...lost, mailbox: alice, times: 1 })
    await eventually(() => expect(simulator.faults.active).toEqual([]))
    await synced(alice)
    await settled(alice, 'ours', 1)
    expect(application.received).toHaveLength(1)
    expect(simulator.calendarOf(alice)).toHaveLength(2)
    expect(simulator.calls).toMatchObject({ CreateItem: 1 })

    simulator.userUpdates(alice, simulator.calendarOf(alice)[0]!.itemId, { location: 'Room 5' })
    await eventually(() => expect(application.received[1]?.data.changed).toEqual(['location']))
  })

  test('what was deleted while the cursor was lost is cancelled, and nothing else', async () => {
    const { send, settled, quiet, simulator, application, startWorker, stopWorker } = await startSystem({
      env,
    })
    await send(event({ id: 'A', version: 1 }, appointment()), event({ id: 'B', version: 1 }, appointment()))
    for (const id of ['A', 'B']) {
      await settled(alice, id, 1)
      await quiet(alice, id)
    }
    await stopWorker('inbound')
    const code = 'ErrorInvalidSyncStateData'
    simulator.faults.add({ kind: 'error', code, operation: 'SyncFolderItems', mailbox: alice, times: 1 })
    simulator.userDeletes(alice, simulator.calendarOf(alice)[0]!.itemId, { how: 'forGood' })
    await startWorker('inbound')
    await eventually(() => expect(application.received).toMatchObject([{ type: 'appointment.cancelled' }]))
    expect(simulator.calendarOf(alice)).toHaveLength(1)
  })

  test('a listing that leaves half out tells nothing: what is missing is looked at', async () => {
    const system = await startSystem({ env: { ...env, BRAKE_DELETES: '0' } })
    const { send, settled, quiet, state, simulator, application, act, mailbox } = system
    const ids = ['A', 'B', 'C', 'D']
    await send(...ids.map((id) => event({ id, version: 1 }, appointment({ subject: id }))))
    for (const id of ids) await settled(alice, id, 1)
    for (const id of ids) await quiet(alice, id)

    simulator.faults.add({ kind: 'incompleteListing', mailbox: alice, times: 1 })
    await act(alice, 'repair')
    await eventually(async () =>
      expect(await mailbox(alice)).toMatchObject({
        listing: { items: 2, found: 2, remaining: 0, finishedAt: expect.any(String) },
      }),
    )
    await system.synced(alice)
    expect(application.received).toEqual([])
    for (const id of ids) expect(await state(alice, id)).toMatchObject({ state: 'settled', inExchange: true })

    simulator.faults.add({ kind: 'incompleteListing', mailbox: alice, times: 1 })
    simulator.userDeletes(alice, simulator.calendarOf(alice)[1]!.itemId)
    await act(alice, 'repair')
    await eventually(() => expect(application.received).toMatchObject([{ type: 'appointment.cancelled' }]))
    await system.synced(alice)
    expect(application.received).toHaveLength(1)
  })

  test.each(['ours', 'theirs'])(
    'an item (%s) that is moved away is cancelled, and created with the same id when it comes back',
    async (whose) => {
      const system = await startSystem({ env })
      const { simulator, application } = system
      const told = whose === 'ours' ? await createOurs(system) : await createTheirs(system)
      const { itemId, ...before } = simulator.calendarOf(bob)[0]!

      const away = await move(system, itemId, 'deleteditems')
      await eventually(() =>
        expect(application.received.at(-1)).toMatchObject({ type: 'appointment.cancelled' }),
      )
      await move(system, away, 'calendar')
      await eventually(() =>
        expect(application.received.at(-1)).toMatchObject({ type: 'appointment.created' }),
      )

      const ids = new Set(application.received.map(({ data }) => data.appointmentId))
      expect([...ids]).toEqual([told])
      expect(application.received.at(-1)!.data.appointment).toMatchObject({ subject: before.subject })
      expect(simulator.calendarOf(bob)).toMatchObject([{ subject: before.subject, uid: before.uid }])
      await system.synced(bob)
      expect(application.typesOf(told).slice(-2)).toEqual(['appointment.cancelled', 'appointment.created'])
    },
  )

  test('a hidden item that is shown just as Exchange says falsely that it was deleted is told', async () => {
    const { simulator, application, seen } = await startWatched()
    const { itemId } = simulator.userCreates(alice, { subject: 'Talk', start, end, sensitivity: 'private' })
    await seen()
    simulator.faults.add({ kind: 'falseDelete', mailbox: alice, times: 1 })
    simulator.userUpdates(alice, itemId, { sensitivity: 'normal' })
    await eventually(() =>
      expect(application.received).toMatchObject([
        { type: 'appointment.created', data: { appointment: { subject: 'Talk' } } },
      ]),
    )
    expect(simulator.faults.active).toEqual([])
    await seen()
    expect(application.received).toHaveLength(1)
  })

  test('of a hidden item that is said to be deleted nothing is told, whether it is or not', async () => {
    const { simulator, application, seen } = await startWatched()
    const hidden = { subject: 'Doctor', start, end, sensitivity: 'private' } as const
    const [kept, deleted] = [1, 2].map(() => simulator.userCreates(alice, hidden).itemId)
    await seen()
    const reads = simulator.calls['GetItem'] ?? 0
    simulator.faults.add({ kind: 'falseDelete', mailbox: alice, times: 1 })
    simulator.userUpdates(alice, kept!, { subject: 'Dentist' })
    await eventually(() => expect(simulator.faults.active).toEqual([]))
    simulator.userDeletes(alice, deleted!)
    await seen()
    // Each was asked about.
    expect(simulator.calls['GetItem']).toBeGreaterThanOrEqual(reads + 2)
    expect(application.received).toEqual([])
  })

  test('an item that was deleted while the inbound worker was down is cancelled after its start', async () => {
    const system = await startSystem({ env })
    const { simulator, application } = system
    const told = await createTheirs(system)
    await system.stopWorker('inbound')
    simulator.userDeletes(bob, simulator.calendarOf(bob)[0]!.itemId)
    await system.startWorker('inbound')
    await eventually(() =>
      expect(application.typesOf(told)).toEqual(['appointment.created', 'appointment.cancelled']),
    )
  })
})

/** `seen` resolves once all that has happened so far was followed: one that is under way then may have missed some. */
async function startWatched() {
  const system = await startSystem({ env })
  const seen = async () => {
    await system.synced(alice)
    await system.synced(alice)
  }
  return { ...system, seen }
}

async function createOurs({ send, settled, quiet }: System): Promise<string> {
  await send(event({ id: 'A', version: 1, mailbox: bob }, appointment()))
  await settled(bob, 'A', 1)
  await quiet(bob, 'A')
  return 'A'
}

async function createTheirs({ simulator, application, state }: System): Promise<string> {
  simulator.userCreates(bob, { subject: 'Lunch', start, end })
  const { appointmentId } = await eventually(() => {
    expect(application.received).toHaveLength(1)
    return application.received[0]!.data
  })
  await eventually(async () => expect(await state(bob, appointmentId)).toMatchObject({ inApplication: true }))
  return appointmentId
}

/** Moves the item as a user does. Its id changes with it. */
async function move({ simulator }: System, itemId: string, folder: string): Promise<string> {
  const reply = await soapClient(simulator.url)(
    `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="${folder}"/></m:ToFolderId>` +
      `<m:ItemIds><t:ItemId Id="${itemId}"/></m:ItemIds></m:MoveItem>`,
    { impersonate: bob },
  )
  expect(codeOf(reply)).toBe('NoError')
  return /<t:ItemId Id="([^"]+)"/.exec(reply.text)![1]!
}

test('an item that Exchange denies once is deleted all the same', async () => {
  const { simulator, ...system } = await startSystem({ without: ['inbound'] })
  await system.send(event({ id: 'A', version: 1 }, appointment()))
  await system.settled(alice, 'A', 1)
  simulator.faults.add({ kind: 'dropBeforeEffect', operation: 'DeleteItem', times: 1 })
  simulator.faults.add({ kind: 'error', code: 'ErrorItemNotFound', operation: 'GetItem', times: 1 })
  await system.send(event({ id: 'A', version: 2 }))
  await system.settled(alice, 'A', 2)
  expect(simulator.calendarOf(alice)).toEqual([])
})

test.each([
  ['hides', appointment({ attendees: [guest], sensitivity: 'private' })],
  ['cancels', undefined],
])(
  'an item that was moved away and back is deleted when the application %s it, and its attendees hear of it',
  async (_what, content) => {
    const { simulator, application, ...system } = await startSystem({ env })
    await system.send(event({ id: 'A', version: 1 }, appointment({ attendees: [guest] })))
    await system.settled(alice, 'A', 1)
    await system.quiet(alice, 'A')
    await system.stopWorker('inbound')
    const away = simulator.userMoves(alice, simulator.calendarOf(alice)[0]!.itemId, 'inbox')
    simulator.userMoves(alice, away.itemId, 'calendar')
    await system.send(event({ id: 'A', version: 2, basedOn: 0 }, content))
    await system.settled(alice, 'A', 2)
    await system.startWorker('inbound')
    await system.synced(alice)
    await system.settled(alice, 'A', 2)
    expect(simulator.calendarOf(alice)).toEqual([])
    expect(application.received).toEqual([])
    expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'cancellation'])
  },
)
