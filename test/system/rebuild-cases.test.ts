import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { type BookKeeper, keepBooks } from '../support/book-keeper.ts'
import { appointment, event } from '../support/events.ts'
import { loseLedger } from '../support/lose-ledger.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'
import { unconfirmed } from '../support/unconfirmed.ts'

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const guest = { address: 'guest@elsewhere.example', type: 'required' }

describe('after the ledger was lost', () => {
  test('with REBUILD_CREATE=create what has no item any more is made without asking', async () => {
    const { system, keeper } = await startLiving({ REBUILD_CREATE: 'create' })
    const { simulator } = system
    await whileAway(system, () => simulator.userDeletes(alice, itemOf(system, 'meeting')!.itemId))
    const mails = simulator.mails.length
    await system.send(...keeper.resent(), ...keeper.resent())
    await settled(system, 'plain', 'meeting')
    expect(subjectsOf(system, alice)).toEqual(['Theirs', 'meeting', 'plain'])
    expect(simulator.mails.slice(mails)).toMatchObject([{ kind: 'invitation' }])
    expect(await unconfirmed(system)).toEqual([])
  })

  test.each(['before', 'after'])(
    'exchangeId may be the UID, sent %s the item was listed: linked to the id that the application gave',
    async (when) => {
      const { system, keeper, theirs } = await startLiving()
      const { simulator, application, send } = system
      const exchangeId = itemOf(system, 'Theirs')!.uid.toLowerCase()
      const sent = event(
        { id: 'CRM-1', version: 1, time: '2026-01-01T00:00:00.000Z', exchangeId },
        keeper.books.get(theirs)!.content,
      )
      const received = application.received.length
      await whileAway(system, () => {}, when === 'before' ? [sent] : [])
      await listed(system)
      await system.synced(alice)
      expect(application.received).toHaveLength(received)
      if (when === 'after') await send(sent)
      await settled(system, 'CRM-1')
      await system.synced(alice)
      expect(subjectsOf(system, alice)).toEqual(['Theirs', 'meeting', 'plain'])
      expect(application.received.slice(received).map(({ type }) => type)).toEqual([])

      simulator.userUpdates(alice, itemOf(system, 'Theirs')!.itemId, { location: 'Room 9' })
      await eventually(() => expect(application.typesOf('CRM-1')).toEqual(['appointment.updated']))
      expect(application.typesOf(theirs)).toEqual(['appointment.created'])
    },
  )

  test('what the application cancelled meanwhile goes from Exchange: once, and once it is surely its own', async () => {
    const { system, keeper } = await startLiving({ REBUILD_WAIT_SECONDS: '3' })
    const { simulator } = system
    await whileAway(system, () => keeper.make('meeting', undefined))
    const cancelled = keeper.resent()
    await system.send(...cancelled, ...cancelled)
    await settled(system, 'plain', 'meeting')
    await system.send(...cancelled)
    await system.synced(alice)
    expect(subjectsOf(system, alice)).toEqual(['Theirs', 'plain'])
    expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'cancellation'])
    expect(simulator.calls['DeleteItem']).toBe(1)
    expect(system.application.typesOf('meeting')).toEqual([])
  })

  test('what the user took away before and brings back after it is told again, under its id', async () => {
    const { system, keeper } = await startLiving()
    const { simulator, application } = system
    const away = simulator.userMoves(alice, itemOf(system, 'plain')!.itemId, 'inbox')
    await eventually(() => expect(application.typesOf('plain')).toEqual(['appointment.cancelled']))
    await eventually(() => expect(keeper.books.get('plain')!.isTold).toBe(true))
    // A version that came to nothing: it is not sent again.
    keeper.make('plain', { subject: 'plain, ours' })
    await whileAway(system)
    await listed(system)
    await system.send(...keeper.resent())
    await settled(system, 'meeting')
    keeper.insist()
    simulator.userMoves(alice, away.itemId, 'calendar')
    await eventually(() => expect(keeper.books.get('plain')!.isTold).toBe(false))
    await settled(system, 'plain')
    await keeper.send('plain', { subject: 'plain', location: 'Room 8' })
    await eventually(() => expect(itemOf(system, 'plain')).toMatchObject({ location: 'Room 8' }))
    const [gone, ...again] = application.typesOf('plain')
    expect([gone, ...new Set(again)]).toEqual(['appointment.cancelled', 'appointment.created'])
  })

  test('a time that the application says in another name of its zone is as Exchange has it', async () => {
    const { system, keeper, theirs } = await startLiving()
    const at = (hour: number) => ({ dateTime: `2027-05-04T0${hour}:00:00`, timeZone: 'Europe/Amsterdam' })
    await keeper.send(theirs, { start: at(8), end: at(9) })
    await settled(system, theirs)
    await system.quiet(alice, theirs)
    const received = system.application.received.length
    await whileAway(system)
    await system.send(...keeper.resent())
    await settled(system, 'plain', 'meeting', theirs)
    await system.synced(alice)
    expect(system.application.received).toHaveLength(received)
    expect(itemOf(system, 'Theirs')).toMatchObject({ start: { dateTime: '2027-05-04T08:00:00' } })
  })

  test('what is new is made without asking, though its second version comes first', async () => {
    const { system } = await startLiving()
    const { simulator, send } = system
    await whileAway(system)
    await listed(system)
    const version = (number: number) =>
      event({ id: 'new', version: number }, appointment({ subject: `new ${number}`, attendees: [guest] }))
    const [first, second] = [version(1), version(2)]
    await send(second)
    await eventually(async () => expect(await unconfirmed(system)).toMatchObject([{ appointmentId: 'new' }]))
    await send(first)
    await settled(system, 'new')
    expect(subjectsOf(system, alice)).toEqual(['Theirs', 'meeting', 'new 2', 'plain'])
    expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'invitation'])
    expect(await unconfirmed(system)).toEqual([])
  })

  test('a meeting whose organiser and attendee are enabled stays one appointment', async () => {
    const system = await startSystem({ env })
    const keeper = keepBooks(system, alice)
    const { simulator, application } = system
    const colleague = { address: bob, name: 'Bob', type: 'required' as const }
    simulator.userCreates(alice, { subject: 'Theirs', ...times, attendees: [colleague] })
    await keeper.send('ours', appointment({ subject: 'ours', attendees: [colleague] }))
    await settled(system, 'ours')
    await system.quiet(alice, 'ours')
    await eventually(() => expect(keeper.books.size).toBe(2))
    expect(subjectsOf(system, bob)).toEqual(['Theirs', 'ours'])
    const mails = simulator.mails.length
    await whileAway(system)
    await system.send(...keeper.resent())
    for (const id of keeper.books.keys()) await settled(system, id)
    for (const mailbox of [alice, bob]) await system.synced(mailbox)
    expect(application.received).toHaveLength(1)
    expect(simulator.mails).toHaveLength(mails)
    expect(subjectsOf(system, bob)).toEqual(['Theirs', 'ours'])
    expect(simulator.calls['CreateItem']).toBe(1)
  })
})

test('a rebuild by hand: nothing is written or told, what is unknown is asked about until it is ended', async () => {
  const { system, theirs } = await startLiving()
  const { simulator, application, act, mailbox, send } = system
  const received = application.received.length
  const writes = () => ['CreateItem', 'UpdateItem', 'DeleteItem'].map((call) => simulator.calls[call] ?? 0)
  const before = writes()
  expect(await act(alice, 'rebuild', { action: 'later' })).toMatchObject({ status: 400 })
  expect(await act(alice, 'rebuild', { action: 'begin' })).toMatchObject({ restored: expect.any(String) })
  await listed(system)
  expect(await mailbox(alice)).toMatchObject({ listing: { cause: 'rebuild' }, restored: expect.any(String) })
  await settled(system, 'plain', 'meeting', theirs)
  expect(application.received).toHaveLength(received)
  expect(writes()).toEqual(before)
  expect(simulator.mails).toHaveLength(1)

  const old = (id: string) => event({ id, version: 3 }, appointment({ subject: id }))
  await send(old('asked'), event({ id: 'new', version: 1 }, appointment({ subject: 'new' })))
  await settled(system, 'new')
  await eventually(async () => expect(await unconfirmed(system)).toMatchObject([{ appointmentId: 'asked' }]))
  await act(alice, 'rebuild', { action: 'end' })
  expect(await mailbox(alice)).not.toHaveProperty('restored')
  await send(old('not-asked'))
  await settled(system, 'not-asked')
  expect(subjectsOf(system, alice)).toEqual(['Theirs', 'meeting', 'new', 'not-asked', 'plain'])
})

type Living = { system: System; keeper: BookKeeper; theirs: string }

/** An appointment of ours, a meeting of ours, and an appointment of a user. */
async function startLiving(more: Record<string, string> = {}): Promise<Living> {
  const system = await startSystem({ env: { ...env, ...more } })
  const keeper = keepBooks(system, alice)
  await keeper.send('plain', appointment({ subject: 'plain' }))
  await keeper.send('meeting', appointment({ subject: 'meeting', attendees: [guest] }))
  for (const id of ['plain', 'meeting']) await system.quiet(alice, id)
  system.simulator.userCreates(alice, { subject: 'Theirs', ...times })
  await eventually(() => expect(keeper.books.size).toBe(3))
  const theirs = [...keeper.books.keys()].at(-1)!
  await settled(system, 'plain', 'meeting', theirs)
  return { system, keeper, theirs }
}

/** The ledger is lost, and `sent` comes before any calendar is looked at. */
async function whileAway(
  system: System,
  change: () => void = () => {},
  sent: readonly object[] = [],
): Promise<void> {
  await Promise.all([system.stopWorker('outbound'), system.stopWorker('inbound')])
  change()
  await loseLedger(system.env)
  if (sent.length > 0) {
    const { body } = await system.send(...sent)
    expect(body.results!.map(({ status }) => status)).not.toContain('invalid')
  }
  await Promise.all([system.startWorker('outbound'), system.startWorker('inbound')])
}

async function listed({ mailbox }: System): Promise<void> {
  await eventually(async () =>
    expect(await mailbox(alice)).toMatchObject({ listing: { finishedAt: expect.any(String) } }),
  )
}

async function settled(system: System, ...ids: string[]): Promise<void> {
  for (const id of ids)
    await eventually(async () => expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }))
}

function itemOf({ simulator }: System, subject: string) {
  return simulator.calendarOf(alice).find((item) => item.subject === subject)
}

function subjectsOf({ simulator }: System, mailbox: string): string[] {
  return simulator
    .calendarOf(mailbox)
    .map(({ subject }) => subject)
    .toSorted()
}
