import { appointmentIdFor } from '@lockstep/domain'
import type { ItemHead } from '@lockstep/exchange'
import { anAppointment, MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createLedger } from '@lockstep/ledger'
import { createDigest } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { createMarksOf } from './marks.ts'

const { signal } = new AbortController()

/** Two items with one stamp, of which nothing is known: the first one is what the second was made from. */
async function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const mailbox = await ledger.enable('alice@contoso.example', Date.now())
  const gateway = new MemoryCalendarGateway()
  const digest = createDigest('test-key')
  const stamp = { appointmentId: 'A1', version: 1, attempt: 'T1' }
  for (let n = 0; n < 2; n++)
    await gateway.createItems(mailbox.address, [{ appointment: anAppointment(), stamp, send: 'none' }])
  const [original, copy] = (await gateway.findByStamp(mailbox.address, 'A1')) as [ItemHead, ItemHead]
  const marksOf = createMarksOf({ ledger, gateway, digest, refusePersonal: false })
  return {
    ledger,
    mailbox,
    original,
    copy,
    copyIdOf: ({ uid, itemId }: ItemHead) => appointmentIdFor(mailbox.enabledAs!, uid, digest, itemId),
    async linked(...heads: ItemHead[]) {
      const changes = heads.map((head) => ({ kind: 'present' as const, head }))
      const marks = await marksOf(mailbox, changes, signal)
      for (const mark of marks) await ledger.mark(mailbox.id, mark, Date.now())
      return Object.fromEntries(marks.map(({ appointmentId, item }) => [appointmentId, item]))
    },
  }
}

test.each([
  ['first', 0],
  ['last', 1],
])(
  'of several items that look the same the first one made is presumed to be the original: it comes %s',
  async (_, at) => {
    const { original, copy, copyIdOf, linked } = await setUp()
    const items = await linked(...(at === 0 ? [original, copy] : [copy, original]))
    expect(items).toMatchObject({
      A1: { itemId: original.itemId, stamped: true, isPresumed: true },
      [copyIdOf(copy)]: { itemId: copy.itemId, stamped: false },
    })
    expect(items[copyIdOf(copy)]).not.toHaveProperty('isPresumed')
  },
)

test('so it is if they come on different pages', async () => {
  const { original, copy, copyIdOf, linked } = await setUp()
  expect(await linked(copy)).toMatchObject({ A1: { itemId: copy.itemId } })
  const items = await linked(original)
  expect(items).toMatchObject({
    A1: { itemId: original.itemId, isPresumed: true },
    [copyIdOf(copy)]: { itemId: copy.itemId, stamped: false },
  })
})

test('an item whose id as a copy the application speaks of is that copy, though it came first', async () => {
  const { ledger, mailbox, original, copy, copyIdOf, linked } = await setUp()
  const wanted = { kind: 'present' as const, version: 1, atMs: 0, appointment: anAppointment() }
  await ledger.accept(mailbox.id, copyIdOf(original), wanted, Date.now())
  const items = await linked(original, copy)
  expect(items).toMatchObject({
    A1: { itemId: copy.itemId, isPresumed: true },
    [copyIdOf(original)]: { itemId: original.itemId, stamped: false },
  })
  expect(items[copyIdOf(original)]).not.toHaveProperty('isPresumed')
})
