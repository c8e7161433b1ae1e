import { appointmentIdFor, emptyLink, type OutboundPlan } from '@lockstep/domain'
import type { ItemHead } from '@lockstep/exchange'
import { anAppointment, MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createLedger } from '@lockstep/ledger'
import { createDigest } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { findCopies } from './find-copies.ts'
import type { Task } from './task.ts'

const stamp = { appointmentId: 'A1', version: 1, attempt: 'T1' }

/** Two items with one stamp, of which the second was taken for A1's. */
async function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const mailbox = await ledger.enable('alice@contoso.example', Date.now())
  const gateway = new MemoryCalendarGateway()
  const digest = createDigest('test-key')
  const create = (version = 1, attempt = 'T1') =>
    gateway.createItems(mailbox.address, [
      { appointment: anAppointment(), stamp: { ...stamp, version, attempt }, send: 'none' },
    ])
  await create()
  await create()
  const [other, taken] = (await gateway.findByStamp(mailbox.address, 'A1')) as [ItemHead, ItemHead]
  const idOf = ({ uid, itemId }: ItemHead) => appointmentIdFor(mailbox.enabledAs!, uid, digest, itemId)
  const linked = ({ itemId, uid }: ItemHead, stamped = true) => ({
    itemId,
    uid,
    role: 'organizer' as const,
    stamped,
  })
  const item = { ...linked(taken), isPresumed: true as const }
  await ledger.mark(mailbox.id, { appointmentId: 'A1', kind: 'look', item }, Date.now())
  await ledger.mark(
    mailbox.id,
    { appointmentId: idOf(other), kind: 'look', item: linked(other, false) },
    Date.now(),
  )
  return {
    ledger,
    mailbox,
    gateway,
    create,
    other,
    taken,
    item,
    idOf,
    speakOf: (id: string) =>
      ledger.accept(
        mailbox.id,
        id,
        { kind: 'present', version: 1, atMs: 0, appointment: anAppointment() },
        Date.now(),
      ),
    itemOf: async (id: string) => (await ledger.state(mailbox.id, id))?.record.link.item,
    async find(appointmentId: string, plan: OutboundPlan, finding?: Task['finding']): Promise<Task> {
      const record = { appointmentId, link: emptyLink, offers: [] }
      const task: Task = { attempt: { record, epoch: 1, attempts: 1 }, plan, ...(finding && { finding }) }
      const { signal } = new AbortController()
      await findCopies({ ledger, gateway, mailbox, tasks: [task], digest, signal })
      return task
    },
  }
}

describe('an appointment whose id was made from an item', () => {
  test('gets it from the one that it was taken for, and that one what was taken for a copy', async () => {
    const { idOf, other, taken, itemOf, speakOf, find } = await setUp()
    await speakOf(idOf(taken))
    expect(await find(idOf(taken), { action: 'findNamed' })).toMatchObject({ outcome: { kind: 'postponed' } })
    expect(await itemOf(idOf(taken))).toMatchObject({ itemId: taken.itemId, stamped: false })
    expect(await itemOf('A1')).toMatchObject({ itemId: other.itemId, stamped: true, isPresumed: true })
    expect(await itemOf(idOf(other))).toBeUndefined()
  })

  test('leaves alone what the application speaks of as a copy, too', async () => {
    const { idOf, other, taken, itemOf, speakOf, find } = await setUp()
    for (const head of [other, taken]) await speakOf(idOf(head))
    await find(idOf(taken), { action: 'findNamed' })
    expect(await itemOf(idOf(other))).toMatchObject({ itemId: other.itemId })
    expect(await itemOf('A1')).toBeUndefined()
  })

  test('is asked about if there is no such item', async () => {
    const { find } = await setUp()
    expect((await find(`ex-${'a'.repeat(22)}`, { action: 'findNamed' })).finding).toEqual({ kind: 'unnamed' })
  })
})

describe('what looks like the item that is to go', () => {
  const observed = { changeKey: 'K', lastModifiedMs: 0, fingerprints: {} as never }
  const found = { kind: 'item', observed, isRefused: false } as const
  const alike = (inCalendar: number, elsewhere: number) => ({ finding: { alike: { inCalendar, elsewhere } } })

  test('is whatever else is in the calendar, but for copies that the application speaks of', async () => {
    const { idOf, other, item, speakOf, find } = await setUp()
    expect(await find('A1', { action: 'findAlike', item }, found)).toMatchObject(alike(1, 0))
    await speakOf(idOf(other))
    expect(await find('A1', { action: 'findAlike', item }, found)).toMatchObject(alike(0, 0))
  })

  test.each([
    ['of the same attempt', 1, 'T1', 1],
    ['of a later life', 2, 'T2', 1],
    ['of an earlier life', 1, 'T0', 0],
  ])('is what was deleted, if it is %s', async (_, version, attempt, elsewhere) => {
    const { gateway, mailbox, create, idOf, other, item, speakOf, find } = await setUp()
    await speakOf(idOf(other))
    await create(version, attempt)
    const heads = await gateway.findByStamp(mailbox.address, 'A1')
    gateway.userDeletes(mailbox.address, heads.at(-1)!.itemId)
    expect(await find('A1', { action: 'findAlike', item }, found)).toMatchObject(alike(0, elsewhere))
  })
})

test('an item that was decided to be none of the appointment’s is one of its own', async () => {
  const { idOf, taken, item, itemOf, find } = await setUp()
  await find('A1', { action: 'handOver', item })
  expect(await itemOf('A1')).toBeUndefined()
  expect(await itemOf(idOf(taken))).toEqual({
    itemId: taken.itemId,
    uid: taken.uid,
    role: 'organizer',
    stamped: false,
  })
})
