import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { type BookKeeper, keepBooks } from '../support/book-keeper.ts'
import { appointment } from '../support/events.ts'
import { loseLedger } from '../support/lose-ledger.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { decide, unconfirmed } from '../support/unconfirmed.ts'

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0', REBUILD_WAIT_SECONDS: '4' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

describe("after the ledger was lost a user's copy", () => {
  test('that the application knows is never asked about, keeps its id, and stays whatever becomes of the original', async () => {
    const bed = await startLiving(['ours', 'gone'])
    const { system, keeper } = bed
    const ids = {
      ours: await copied(bed, 'ours', 'copy'),
      gone: await copied(bed, 'gone', 'copy of gone'),
      theirs: await copied(bed, 'Theirs', 'their copy'),
    }
    await keeper.send('gone', undefined)
    await settled(system, 'gone')
    const received = system.application.received.length
    const { DeleteItem: deletes, UpdateItem: updates } = system.simulator.calls
    await whileAway(bed)
    await system.send(...keeper.resent())
    await settled(system, ...keeper.books.keys())
    await waitedFor(bed)
    expect(await unconfirmed(system)).toEqual([])
    expect(system.application.received).toHaveLength(received)
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'copy of gone', 'ours', 'their copy'])
    expect(system.simulator.calls).toMatchObject({ DeleteItem: deletes })
    expect(system.simulator.calls['UpdateItem']).toBe(updates)

    await keeper.send('ours', undefined)
    await settled(system, 'ours')
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'copy of gone', 'their copy'])
    expect(await unconfirmed(system)).toEqual([])
    system.simulator.userUpdates(alice, itemOf(system, 'copy of gone').itemId, { location: 'Room 9' })
    await eventually(() => expect(keeper.books.get(ids.gone)!.content).toMatchObject({ location: 'Room 9' }))
  })

  test('that nobody knows is asked about if its original was cancelled before, and is dropped or cancelled', async () => {
    const bed = await startLiving(['dropped', 'cancelled'])
    const { system, keeper } = bed
    await system.stopWorker('inbound')
    for (const id of ['dropped', 'cancelled']) {
      copy(bed, id, `copy of ${id}`)
      await keeper.send(id, undefined)
      await settled(system, id)
    }
    const copies = ['copy of cancelled', 'copy of dropped']
    await whileAway(bed)
    expect(subjectsOf(system)).toEqual(['Theirs', ...copies])
    await system.send(...keeper.resent())
    await asked(system, ['cancelled', copies[0]!], ['dropped', copies[1]!])
    expect(await decide(system, 'dropped', 'create')).toMatchObject({ status: 409 })
    expect(subjectsOf(system)).toEqual(['Theirs', ...copies])
    expect(await decide(system, 'dropped', 'drop')).toEqual({ decision: 'drop', decided: true })
    expect(await decide(system, 'cancelled', 'cancel')).toEqual({ decision: 'cancel', decided: true })
    await settled(system, 'dropped', 'cancelled')
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy of dropped'])
    await eventually(() => expect(idOf(keeper, 'copy of dropped')).toMatch(/^ex-/))
    expect(idOf(keeper, 'copy of cancelled')).toBeUndefined()
    expect(await unconfirmed(system)).toEqual([])
  })

  test('that nobody knows and that is beside the original: whether that is cancelled is asked', async () => {
    const bed = await startLiving(['again', 'new'])
    const { system, keeper } = bed
    const theirs = idOf(keeper, 'Theirs')
    await keeper.send(theirs, { location: 'Room 5' })
    await settled(system, theirs)
    await system.quiet(alice, theirs)
    await whileAway(bed, () => {
      for (const subject of ['again', 'new', 'Theirs']) copy(bed, subject, `copy of ${subject}`)
      keeper.make('again', undefined)
    })
    await system.send(...keeper.resent())
    await settled(system, 'new', theirs)
    await waitedFor(bed)
    expect(await unconfirmed(system)).toMatchObject([{ appointmentId: 'again' }])
    for (const id of ['new', theirs]) await keeper.send(id, undefined)
    await asked(system, ['again', 'again'], ['new', 'new'], [theirs, 'Theirs'])
    expect(subjectsOf(system)).toHaveLength(6)
    for (const id of ['again', theirs]) await decide(system, id, 'cancel')
    await decide(system, 'new', 'drop')
    await settled(system, 'again', 'new', theirs)
    expect(subjectsOf(system)).toEqual(['copy of Theirs', 'copy of again', 'copy of new', 'new'])
  })
})

type Bed = { system: System; keeper: BookKeeper }

/** Appointments of ours, and one of a user. */
async function startLiving(ours: readonly string[]): Promise<Bed> {
  const system = await startSystem({ env })
  const keeper = keepBooks(system, alice)
  for (const id of ours) await keeper.send(id, appointment({ subject: id }))
  for (const id of ours) await system.quiet(alice, id)
  system.simulator.userCreates(alice, { subject: 'Theirs', ...times })
  await eventually(() => expect(keeper.books.size).toBe(ours.length + 1))
  await settled(system, ...keeper.books.keys())
  return { system, keeper }
}

function copy({ system }: Bed, subject: string, as: string): void {
  system.simulator.userCopies(alice, itemOf(system, subject).itemId, { subject: as })
}

/** Its user has copied it, and the application knows of that. Resolves with the copy's id. */
async function copied(bed: Bed, subject: string, as: string): Promise<string> {
  copy(bed, subject, as)
  await eventually(() => expect(idOf(bed.keeper, as)).toBeDefined())
  const id = idOf(bed.keeper, as)
  await settled(bed.system, id)
  return id
}

/** The ledger is lost while the workers are away. */
async function whileAway({ system }: Bed, change: () => void = () => {}): Promise<void> {
  await Promise.all([system.stopWorker('outbound'), system.stopWorker('inbound')])
  change()
  await loseLedger(system.env)
  await Promise.all([system.startWorker('outbound'), system.startWorker('inbound')])
}

function idOf({ books }: BookKeeper, subject: string): string {
  return [...books].find(([, { content }]) => content?.['subject'] === subject)?.[0] as string
}

/** What the first listing found is told by now, unless the application has sent it again. */
async function waitedFor({ system }: Bed): Promise<void> {
  await eventually(async () => {
    const { listing } = (await system.mailbox(alice)) as { listing?: { finishedAt?: string } }
    expect(Date.now()).toBeGreaterThan(Date.parse(listing?.finishedAt ?? '') + 5_000)
  })
  await system.synced(alice)
}

async function settled(system: System, ...ids: string[]): Promise<void> {
  for (const id of ids)
    await eventually(async () => expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }))
}

/** These cancellations and no others wait for a decision; each names the item with that subject. */
async function asked(system: System, ...expected: [id: string, subject: string][]): Promise<void> {
  const questions = expected.map(([appointmentId, subject]) =>
    expect.objectContaining({ appointmentId, asks: 'cancel', itemId: itemOf(system, subject).itemId }),
  )
  await eventually(async () => {
    const waiting = await unconfirmed(system)
    expect(waiting).toHaveLength(questions.length)
    expect(waiting).toEqual(expect.arrayContaining(questions))
  })
}

function itemOf({ simulator }: System, subject: string) {
  return simulator.calendarOf(alice).find((item) => item.subject === subject)!
}

function subjectsOf({ simulator }: System): string[] {
  return simulator
    .calendarOf(alice)
    .map(({ subject }) => subject)
    .toSorted()
}
