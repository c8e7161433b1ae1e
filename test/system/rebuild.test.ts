import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { type BookKeeper, keepBooks } from '../support/book-keeper.ts'
import { appointment, event } from '../support/events.ts'
import { copyLedger, loseLedger } from '../support/lose-ledger.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { decide, unconfirmed } from '../support/unconfirmed.ts'

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const attendees = [
  { address: 'guest@elsewhere.example', type: 'required' },
  { address: 'other@elsewhere.example', type: 'optional' },
]
const ours = ['plain', 'edited', 'away-ours', 'away-theirs', 'away-both', 'deleted', 'private']

describe('a ledger that is lost for good', () => {
  test('is rebuilt from stamps, UIDs and what is sent again: no duplicate, no mail, nothing told twice', async () => {
    const bed = await startLiving()
    const { system, keeper, ids } = bed
    const { simulator, application } = system
    expect(ids).toMatchObject({ 'Their lunch': expect.stringMatching(/^ex-/), 'Their talk': 'CRM-1' })
    await whileAway(bed)
    const before = simulator.calendarOf(alice).map(({ itemId }) => itemId)
    const { CreateItem: creates } = simulator.calls
    await resend(bed)

    await settledAll(bed, [
      ...ours.filter((id) => id !== 'deleted' && id !== 'private'),
      'meeting',
      'cancelled',
    ])
    await settledAll(bed, [ids['Their lunch']!, ids['Their talk']!])
    expect(simulator.calendarOf(alice).map(({ itemId }) => itemId)).toEqual(before)
    expect(simulator.calls['CreateItem']).toBe(creates)
    expect(simulator.mails).toHaveLength(bed.mails)
    expect(toldSince(bed)).toEqual([
      ['appointment.updated', 'away-both', 'location'],
      ['appointment.updated', 'away-theirs', 'location'],
      ['appointment.withdrawn', 'private', ''],
    ])
    expect(itemOf(system, 'away-both')).toMatchObject({ subject: 'away-both, ours', location: 'Their room' })
    expect(itemOf(system, 'away-ours')).toMatchObject({ subject: 'away-ours, ours' })
    expect(keeper.books.get('away-both')!.content).toMatchObject({ location: 'Their room' })
    expect(application.received.slice(0, bed.received)).toEqual(bed.earlier)

    // Once more, when all is in order: nothing to do.
    await resend(bed)
    const quiet = application.received.length
    await system.synced(alice)
    expect(application.received).toHaveLength(quiet)
    expect(simulator.calls['CreateItem']).toBe(creates)
  })

  test('what has no item any more is unconfirmed until it is decided', async () => {
    const bed = await startLiving()
    const { system, ids } = bed
    const { simulator, application } = system
    await whileAway(bed, () => simulator.userDeletes(alice, itemOf(system, 'Their talk').itemId))
    const { CreateItem: creates } = simulator.calls
    await resend(bed)

    const talk = ids['Their talk']!
    await eventually(async () =>
      expect(new Set((await unconfirmed(system)).map(({ appointmentId }) => appointmentId))).toEqual(
        new Set(['deleted', talk]),
      ),
    )
    expect(await system.state(alice, 'deleted')).toMatchObject({
      state: 'parked',
      outbound: { code: 'UNCONFIRMED' },
    })
    expect(simulator.calls['CreateItem']).toBe(creates)

    expect(await decide(system, 'deleted', 'create')).toEqual({ decision: 'create', decided: true })
    expect(await decide(system, talk, 'drop')).toEqual({ decision: 'drop', decided: true })
    await system.settled(alice, 'deleted', 1)
    expect(itemOf(system, 'deleted')).toBeDefined()
    await eventually(() => expect(application.typesOf(talk).at(-1)).toBe('appointment.cancelled'))
    expect(await unconfirmed(system)).toEqual([])
    expect(await decide(system, talk, 'create')).toEqual({ decision: 'create', decided: false })
    expect(simulator.mails).toHaveLength(bed.mails)
  })
})

test('what nobody sends again is told after a time, and only what differs', async () => {
  const bed = await startLiving({ REBUILD_WAIT_SECONDS: '3' })
  const { system, keeper, ids } = bed
  const { revision } = keeper.books.get('edited')!
  expect(revision).toBeGreaterThan(0)
  await whileAway(bed)
  await eventually(() => expect(toldSince(bed)).toHaveLength(6))
  await eventually(() => expect(keeper.books.get('edited')!.revision).toBeGreaterThan(revision))
  await settledAll(bed, ['plain', 'edited', 'away-ours', 'meeting', ids['Their lunch']!])
  const told = toldSince(bed)
  expect(told.filter(([type]) => type !== 'appointment.created')).toEqual([
    ['appointment.updated', 'away-both', 'location'],
    ['appointment.updated', 'away-theirs', 'location'],
    ['appointment.updated', 'edited', 'location'],
    ['appointment.withdrawn', 'private', ''],
  ])
  expect(system.simulator.mails).toHaveLength(bed.mails)
})

test('an older copy of the ledger makes no second item', async () => {
  const system = await startSystem({ env })
  const { send, settled, quiet, simulator, startWorker, stopWorker } = system
  await send(event({ id: 'before', version: 1 }, appointment({ subject: 'before' })))
  await settled(alice, 'before', 1)
  await quiet(alice, 'before')
  await Promise.all([stopWorker('outbound'), stopWorker('inbound')])
  const restore = await copyLedger(system.env)
  await Promise.all([startWorker('outbound'), startWorker('inbound')])
  const later = [
    event({ id: 'after', version: 1 }, appointment({ subject: 'after', attendees })),
    event({ id: 'before', version: 2 }, appointment({ subject: 'before', location: 'Room 9' })),
  ]
  await send(...later)
  await settled(alice, 'after', 1)
  await settled(alice, 'before', 2)
  const { CreateItem: creates } = simulator.calls
  const calendar = simulator.calendarOf(alice)
  const mails = simulator.mails.length

  await Promise.all([stopWorker('outbound'), stopWorker('inbound')])
  await restore({ followedMsAgo: 3_600_000 })
  await send(...later)
  await startWorker('outbound')
  await eventually(async () =>
    expect(await system.state(alice, 'after')).toMatchObject({ outbound: { code: 'NOT_LISTED' } }),
  )
  await startWorker('inbound')
  await settled(alice, 'after', 1)
  await settled(alice, 'before', 2)
  await system.synced(alice)
  expect(simulator.calendarOf(alice)).toEqual(calendar)
  expect(simulator.calls['CreateItem']).toBe(creates)
  expect(simulator.mails).toHaveLength(mails)
  expect(system.application.received).toEqual([])
})

type Bed = {
  system: System
  keeper: BookKeeper
  /** Ids of what was made in Exchange, by subject. */
  ids: Record<string, string>
  mails: number
  received: number
  earlier: readonly unknown[]
}

/** Appointments from both sides, in all the states that they can be in, and an application that keeps them. */
async function startLiving(more: Record<string, string> = {}): Promise<Bed> {
  const system = await startSystem({ env: { ...env, ...more } })
  const keeper = keepBooks(system, alice)
  const { simulator, application, settled, quiet } = system
  for (const id of ours) await keeper.send(id, appointment({ subject: id }))
  await keeper.send('meeting', appointment({ subject: 'meeting', attendees }))
  await keeper.send('cancelled', appointment({ subject: 'cancelled' }))
  for (const id of [...ours, 'meeting', 'cancelled']) await settled(alice, id, 1)
  for (const id of [...ours, 'meeting', 'cancelled']) await quiet(alice, id)
  await keeper.send('cancelled', undefined)
  await keeper.send('plain', { subject: 'plain', location: 'Room 5' })
  await settled(alice, 'cancelled', 2)
  await settled(alice, 'plain', 2)

  keeper.rename(({ data }) => (data.appointment?.['subject'] === 'Their talk' ? 'CRM-1' : undefined))
  for (const subject of ['Their lunch', 'Their talk']) simulator.userCreates(alice, { subject, ...times })
  simulator.userUpdates(alice, itemOf(system, 'edited').itemId, { location: 'Their first room' })
  await eventually(() => expect(application.received).toHaveLength(3))
  const born = [...keeper.books].filter(([, { version }]) => version === 0)
  const ids = Object.fromEntries(born.map(([id, { content }]) => [content!['subject'] as string, id]))
  for (const id of keeper.books.keys())
    await eventually(async () => expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }))
  return { system, keeper, ids, mails: 0, received: 0, earlier: [] }
}

/** The ledger is lost while the workers are away, and both sides went on meanwhile. */
async function whileAway(bed: Bed, more: () => void = () => {}): Promise<void> {
  const { system, keeper } = bed
  const { simulator, startWorker, stopWorker } = system
  await Promise.all([stopWorker('outbound'), stopWorker('inbound')])
  const change = (id: string, changes: object) =>
    simulator.userUpdates(alice, itemOf(system, id).itemId, changes)
  change('away-theirs', { location: 'Their room' })
  change('away-both', { location: 'Their room' })
  change('private', { sensitivity: 'private' })
  simulator.userDeletes(alice, itemOf(system, 'deleted').itemId)
  for (const id of ['away-both', 'away-ours']) keeper.make(id, { subject: `${id}, ours` })
  more()
  bed.mails = simulator.mails.length
  bed.received = system.application.received.length
  bed.earlier = [...system.application.received]
  await loseLedger(system.env)
  await Promise.all([startWorker('outbound'), startWorker('inbound')])
}

/** Everything again: backwards, and then twice more. */
async function resend({ system, keeper }: Bed): Promise<void> {
  const events = keeper.resent()
  const { body } = await system.send(...events.toReversed())
  expect(body.results!.map(({ status }) => status)).not.toContain('invalid')
  await system.send(...events)
  await system.send(...events)
}

async function settledAll({ system }: Bed, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await eventually(async () => expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }))
  }
}

function toldSince({ system, received }: Bed): string[][] {
  return system.application.received
    .slice(received)
    .map(({ type, data }) => [type, data.appointmentId, data.changed.join()])
    .sort((a, b) => a.join().localeCompare(b.join()))
}

function itemOf({ simulator }: System, name: string) {
  return simulator.calendarOf(alice).find(({ subject }) => subject.split(',')[0] === name)!
}
