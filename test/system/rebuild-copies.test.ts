import { eventually as soon } from '@lockstep/runtime/testing'
import { describe, expect, test, vi } from 'vitest'
import { type BookKeeper, keepBooks } from '../support/book-keeper.ts'
import { appointment } from '../support/events.ts'
import { loseLedger } from '../support/lose-ledger.ts'
import { alice, startSystem, type System } from '../support/system.ts'

vi.setConfig({ testTimeout: 90_000 })
const eventually = (assertion: () => unknown) => soon(assertion, 30_000)

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0', REBUILD_WAIT_SECONDS: '4' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

describe("after the ledger was lost a user's copy", () => {
  test('of what nobody touches is not asked about, and keeps its id', async () => {
    const bed = await startLiving()
    const { system, keeper } = bed
    await copied(bed, 'ours', 'copy')
    await copied(bed, 'Theirs', 'their copy')
    const ids = [...keeper.books.keys()]
    const received = system.application.received.length
    await whileAway(bed)
    await system.send(...keeper.resent())
    await settled(system, ...ids)
    await waitedFor(bed)
    expect(await unconfirmed(system)).toEqual([])
    expect(system.application.received).toHaveLength(received)
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'other', 'ours', 'their copy'])
    for (const call of ['UpdateItem', 'DeleteItem']) expect(system.simulator.calls[call] ?? 0).toBe(0)
  })

  test('that the application knows stays when the original is cancelled, and nobody is asked', async () => {
    const bed = await startLiving()
    const { system, keeper } = bed
    await copied(bed, 'ours', 'copy')
    await whileAway(bed)
    await system.send(...keeper.resent())
    await settled(system, ...keeper.books.keys())
    await keeper.send('ours', undefined)
    await settled(system, 'ours')
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'other'])
    expect(await unconfirmed(system)).toEqual([])
  })

  test('stays and keeps its id if its original was cancelled before the loss, and the cancellation is sent again', async () => {
    const bed = await startLiving()
    const { system, keeper } = bed
    const id = await copied(bed, 'ours', 'copy')
    await keeper.send('ours', undefined)
    await settled(system, 'ours')
    const received = system.application.received.length
    await whileAway(bed)
    await system.send(...keeper.resent())
    await settled(system, id, 'ours')
    await waitedFor(bed)
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'other'])
    expect(await unconfirmed(system)).toEqual([])
    expect(system.application.received).toHaveLength(received)
    system.simulator.userUpdates(alice, itemOf(system, 'copy').itemId, { location: 'Room 9' })
    await eventually(() => expect(keeper.books.get(id)!.content).toMatchObject({ location: 'Room 9' }))
  })

  test.each(['drop', 'cancel'])(
    'that nobody knows is asked about where the original was cancelled before: %s',
    async (decision) => {
      const bed = await startLiving()
      const { system, keeper } = bed
      await system.stopWorker('inbound')
      copy(bed, 'ours', 'copy')
      await keeper.send('ours', undefined)
      await settled(system, 'ours')
      await whileAway(bed)
      expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'other'])
      await system.send(...keeper.resent())
      await asked(system, 'ours')
      expect(await unconfirmed(system)).toMatchObject([
        { asks: 'cancel', itemId: itemOf(system, 'copy').itemId },
      ])
      expect(await decide(system, 'ours', 'create')).toMatchObject({ status: 409 })
      expect(await decide(system, 'ours', decision)).toEqual({ decision, decided: true })
      await settled(system, 'ours')
      expect(await unconfirmed(system)).toEqual([])
      await waitedFor(bed)
      expect(subjectsOf(system)).toEqual(
        decision === 'drop' ? ['Theirs', 'copy', 'other'] : ['Theirs', 'other'],
      )
      const held = [...keeper.books.values()].filter(({ content }) => content?.['subject'] === 'copy')
      expect(held).toHaveLength(decision === 'drop' ? 1 : 0)
    },
  )

  test.each([
    ['ours', 'sent again'],
    ['ours', 'new'],
    ['Theirs', 'new'],
  ])('beside %s, of which nobody knows: a cancellation that is %s is asked about', async (subject, when) => {
    const bed = await startLiving()
    const { system, keeper } = bed
    const id = idOf(keeper, subject)
    await keeper.send(id, { location: 'Room 5' })
    await settled(system, id)
    await system.quiet(alice, id)
    await whileAway(bed, () => {
      copy(bed, subject, 'copy')
      if (when === 'sent again') keeper.make(id, undefined)
    })
    await system.send(...keeper.resent())
    if (when === 'new') {
      await settled(system, id)
      await waitedFor(bed)
      await keeper.send(id, undefined)
    }
    await asked(system, id)
    expect(await unconfirmed(system)).toMatchObject([
      { asks: 'cancel', itemId: itemOf(system, subject).itemId },
    ])
    expect(subjectsOf(system)).toHaveLength(4)
    expect(await decide(system, id, 'cancel')).toEqual({ decision: 'cancel', decided: true })
    await settled(system, id)
    expect(subjectsOf(system)).toEqual(['Theirs', 'copy', 'other', 'ours'].filter((each) => each !== subject))
  })
})

type Bed = { system: System; keeper: BookKeeper }

/** Two appointments of ours, and one of a user. */
async function startLiving(): Promise<Bed> {
  const system = await startSystem({ env })
  const keeper = keepBooks(system, alice)
  for (const id of ['ours', 'other']) await keeper.send(id, appointment({ subject: id }))
  for (const id of ['ours', 'other']) await system.quiet(alice, id)
  system.simulator.userCreates(alice, { subject: 'Theirs', ...times })
  await eventually(() => expect(keeper.books.size).toBe(3))
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

async function asked(system: System, id: string): Promise<void> {
  await eventually(async () => expect(await unconfirmed(system)).toMatchObject([{ appointmentId: id }]))
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

async function unconfirmed({ ingressUrl }: System): Promise<unknown[]> {
  const headers = { authorization: 'Bearer test' }
  const response = await fetch(`${ingressUrl}/v1/unconfirmed?mailbox=${alice}`, { headers })
  return ((await response.json()) as { unconfirmed: unknown[] }).unconfirmed
}

async function decide({ ingressUrl }: System, appointmentId: string, decision: string): Promise<unknown> {
  const response = await fetch(`${ingressUrl}/v1/unconfirmed/${alice}/${appointmentId}`, {
    method: 'POST',
    headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
    body: JSON.stringify({ decision }),
  })
  return response.json()
}
