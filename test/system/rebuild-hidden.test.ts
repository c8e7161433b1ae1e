import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { keepBooks } from '../support/book-keeper.ts'
import { appointment, event } from '../support/events.ts'
import { loseLedger } from '../support/lose-ledger.ts'
import { alice, startSystem } from '../support/system.ts'
import { unconfirmed } from '../support/unconfirmed.ts'

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const weekly = { pattern: 'weekly' as const, interval: 1, daysOfWeek: ['monday' as const], count: 3 }
const hiding = { private: { sensitivity: 'private' as const }, recurring: { recurrence: weekly } }
const showing = { sensitivity: 'normal', recurrence: null } as const
const guest = { address: 'guest@elsewhere.example', type: 'required' as const }
const subjects = ['ours, private', 'ours, recurring', 'theirs, private', 'theirs, recurring']

describe('an item that is hidden when the ledger is lost', () => {
  test.each(['before', 'after'])(
    'is nothing to ask about, write or read, sent again %s it is listed, and told anew under its id once it is shown',
    async (when) => {
      const bed = await startHidden()
      const { system, ids } = bed
      const { simulator } = system
      await insist(bed)
      const resent = newestOf(bed)
      bed.keeper.insist()
      await lose(bed, when === 'before' ? resent : [])
      await listed(bed)
      for (let n = 0; n < 3; n++) await system.send(...resent)
      for (const id of ids) await asleep(bed, id)
      await system.synced(alice)
      expect(await unconfirmed(system)).toEqual([])
      expect([...new Set(toldSince(bed))]).toEqual(ids.map((id) => `withdrawn ${id}`).toSorted())
      expect(ids.filter((id) => bed.keeper.books.get(id)!.content)).toEqual([])
      expect(readSince(bed)).toEqual([])

      bed.received = system.application.received.length
      expect(simulator.mails.length).toBe(bed.mails)
      for (const { itemId } of simulator.calendarOf(alice)) simulator.userUpdates(alice, itemId, showing)
      bed.mails = simulator.mails.length
      for (const id of ids)
        await eventually(async () =>
          expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }),
        )
      await system.synced(alice)
      expect(toldSince(bed).filter((told) => !told.startsWith('updated'))).toEqual(
        ids.map((id) => `created ${id}`).toSorted(),
      )
      const held = ids.map((id) => bed.keeper.books.get(id)!.content!['subject'] as string)
      expect(held.toSorted()).toEqual(
        simulator
          .calendarOf(alice)
          .map(({ subject }) => subject)
          .toSorted(),
      )
      expect(simulator.calendarOf(alice).map(({ itemId }) => itemId)).toEqual(bed.itemIds)
      expect(simulator.calls['CreateItem']).toBe(bed.creates)
      expect(simulator.mails.length).toBe(bed.mails)
    },
  )

  test('is told anew once it is shown, though the application, which was told that it is gone, sends nothing of it', async () => {
    const bed = await startHidden()
    const { system, keeper, ids } = bed
    keeper.insist()
    await lose(bed)
    await listed(bed)
    const ours = ids.filter((id) => id.startsWith('APP'))
    for (const id of ours) {
      await eventually(async () =>
        expect(await system.state(alice, id)).toMatchObject({ asleep: id.slice(4) }),
      )
    }
    expect([...new Set(toldSince(bed))]).toEqual(ours.map((id) => `withdrawn ${id}`))
    bed.received = system.application.received.length
    for (const { itemId } of system.simulator.calendarOf(alice))
      system.simulator.userUpdates(alice, itemId, showing)
    for (const id of ids) await eventually(() => expect(keeper.books.get(id)!.content).toBeDefined())
    await system.synced(alice)
    expect(toldSince(bed)).toEqual(ids.map((id) => `created ${id}`).toSorted())
  })

  test.each(['without a loss', 'after a loss'])(
    'is not deleted while it is hidden, but once it is shown, if the application cancels it %s',
    async (when) => {
      const bed = await startHidden({ REBUILD_WAIT_SECONDS: '3' })
      const { system, keeper, ids } = bed
      const { simulator } = system
      if (when === 'after a loss') {
        await lose(bed)
        await listed(bed)
      }
      for (const id of ids) keeper.make(id, undefined)
      await system.send(...newestOf(bed))
      for (const id of ids) await asleep(bed, id)
      await system.synced(alice)
      expect(await unconfirmed(system)).toEqual([])
      expect(toldSince(bed).filter((told) => told.includes('ex-'))).toEqual([])
      expect(simulator.calendarOf(alice)).toHaveLength(ids.length)

      for (const { itemId } of simulator.calendarOf(alice)) simulator.userUpdates(alice, itemId, showing)
      await eventually(() => expect(simulator.calendarOf(alice)).toEqual([]))
      expect(toldSince(bed).filter((told) => !told.startsWith('withdrawn'))).toEqual([])
      expect(simulator.calls['CreateItem']).toBe(bed.creates)
    },
  )
})

test('a listing for the sake of what is hidden tells nothing earlier than it is due', async () => {
  const bed = await startHidden()
  const { system, keeper, ids } = bed
  await keeper.send('plain', appointment({ subject: 'plain' }))
  await system.quiet(alice, 'plain')
  await insist(bed)
  await lose(bed)
  await listed(bed)
  const [hidden] = ids.filter((id) => id.startsWith('ex-'))
  await system.send(...newestOf({ keeper, ids: [hidden!] }))
  await asleep(bed, hidden!)
  expect(await system.mailbox(alice)).toMatchObject({ listing: { cause: 'rebuild' } })
  await system.synced(alice)
  expect(await system.state(alice, 'plain')).toMatchObject({ state: 'pending', inbound: { attempts: 0 } })
})

type Bed = Awaited<ReturnType<typeof startHidden>>

/** Two appointments of the application's and two of its user's, which he has hidden since, and it knows that. */
async function startHidden(more: Record<string, string> = {}) {
  const system = await startSystem({ env: { ...env, ...more } })
  const { simulator, application } = system
  const keeper = keepBooks(system, alice)
  for (const subject of subjects.filter((each) => each.startsWith('ours'))) {
    const id = subject.replace('ours, ', 'APP-')
    await keeper.send(id, appointment({ subject, attendees: [guest] }))
  }
  for (const id of keeper.books.keys()) await system.quiet(alice, id)
  for (const subject of subjects.filter((each) => each.startsWith('theirs')))
    simulator.userCreates(alice, { subject, ...times })
  await eventually(() => expect(keeper.books.size).toBe(subjects.length))
  const ids = [...keeper.books.keys()]
  for (const id of ids)
    await eventually(async () => expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }))
  for (const { itemId, subject } of simulator.calendarOf(alice))
    simulator.userUpdates(alice, itemId, hiding[subject.split(', ')[1] as keyof typeof hiding])
  for (const id of ids)
    await eventually(() => expect(application.typesOf(id).at(-1)).toBe('appointment.withdrawn'))
  const itemIds = simulator.calendarOf(alice).map(({ itemId }) => itemId)
  const since = { received: application.received.length, exchanges: newest(simulator.exchanges.list()) }
  return { system, keeper, ids, itemIds, ...since, mails: 0, creates: simulator.calls['CreateItem'] }
}

/** The application makes them anew all the same, which is only remembered. */
async function insist(bed: Bed): Promise<void> {
  for (const id of bed.ids)
    await bed.keeper.send(id, appointment({ subject: `${id}, insisted`, attendees: [guest] }))
  for (const id of bed.ids) await asleep(bed, id)
}

/** What the application has made last of each. */
function newestOf({ keeper, ids }: Pick<Bed, 'keeper' | 'ids'>): object[] {
  return ids.map((id) => {
    const { version, revision, madeAt, content } = keeper.books.get(id)!
    return event({ id, version, basedOn: revision, time: madeAt }, content)
  })
}

/** The ledger is lost, and `sent` comes before any calendar is looked at. */
async function lose(bed: Bed, sent: readonly object[] = []): Promise<void> {
  const { system } = bed
  await Promise.all([system.stopWorker('outbound'), system.stopWorker('inbound')])
  await loseLedger(system.env)
  bed.received = system.application.received.length
  bed.exchanges = newest(system.simulator.exchanges.list())
  bed.mails = system.simulator.mails.length
  if (sent.length > 0) await system.send(...sent)
  await Promise.all([system.startWorker('outbound'), system.startWorker('inbound')])
}

async function listed({ system: { mailbox } }: Bed): Promise<void> {
  await eventually(async () =>
    expect(await mailbox(alice)).toMatchObject({ listing: { finishedAt: expect.any(String) } }),
  )
}

/** What the application wants is remembered, and it knows why. */
async function asleep({ system }: Bed, id: string): Promise<void> {
  await eventually(async () => {
    const state = await system.state(alice, id)
    expect(state).toMatchObject({ state: 'parked', outbound: { code: 'ASLEEP' } })
    expect(state).not.toHaveProperty('inbound')
  })
}

function toldSince({ system, received }: Bed): string[] {
  return system.application.received
    .slice(received)
    .map(({ type, data }) => `${type.replace('appointment.', '')} ${data.appointmentId}`)
    .toSorted()
}

/** What Exchange has answered of the content of hidden items, or was made to write. */
function readSince({ system: { simulator }, exchanges }: Bed): string[] {
  return simulator.exchanges
    .list()
    .filter(({ id }) => id > exchanges)
    .filter(({ id, operation }) => {
      const isWrite = /^(Create|Update|Delete)Item$/.test(operation)
      return isWrite || subjects.some((subject) => simulator.exchanges.get(id)!.answer.includes(subject))
    })
    .map(({ operation }) => operation)
}

function newest(exchanges: readonly { id: number }[]): number {
  return Math.max(0, ...exchanges.map(({ id }) => id))
}
