import { expect, test } from 'vitest'
import { aLedger, linkAt, T0 } from './testing/a-ledger.ts'

test('the sweep finds every mailbox in which something is due, the longest due first', async () => {
  const { ledger } = await aLedger()
  const ids: string[] = []
  for (let n = 0; n < 40; n++) {
    const { id } = await ledger.enable(`user${n}@contoso.example`, T0)
    ids.unshift(id)
    await ledger.mark(id, { appointmentId: 'A1', kind: 'look' }, T0 - n)
  }
  expect(await ledger.dueMailboxes('deliveries', T0, 100)).toEqual(ids)
  expect(await ledger.dueMailboxes('deliveries', T0, 3)).toEqual(ids.slice(0, 3))
  expect(await ledger.dueMailboxes('outbound', T0, 100)).toEqual([])
})

test('a slice says what it left', async () => {
  const { ledger, mailboxId, accept, begin, settle } = await aLedger()
  expect(await ledger.rest('outbound', mailboxId, T0)).toBe('none')
  await accept(1)
  await accept(1, T0 + 5, 'A2')
  const [attempt] = await begin(T0, 1)
  expect(await ledger.rest('outbound', mailboxId, T0)).toEqual({ nextDueMs: T0 + 5 })
  expect(await ledger.rest('outbound', mailboxId, T0 + 5)).toBe('more')
  await settle(attempt!, linkAt(1))
  for (const other of await begin(T0 + 5)) await settle(other, linkAt(1))
  expect(await ledger.rest('outbound', mailboxId, T0)).toBe('none')
  expect(await ledger.dueMailboxes('outbound', T0 * 2, 10)).toEqual([])
})

test('a mailbox that is taken care of is left alone until the lease ends', async () => {
  const { ledger, mailboxId, accept } = await aLedger()
  await accept(1)
  await ledger.lease('outbound', mailboxId, T0 + 100)
  expect(await ledger.dueMailboxes('outbound', T0 + 99, 10)).toEqual([])
  expect(await ledger.dueMailboxes('outbound', T0 + 100, 10)).toEqual([mailboxId])
})

test('a slice that died is found by the lease of what it began', async () => {
  const { ledger, mailboxId, accept, begin } = await aLedger()
  await accept(1)
  await ledger.lease('outbound', mailboxId, T0 + 100)
  await begin()
  await ledger.rest('outbound', mailboxId, T0)
  expect(await ledger.dueMailboxes('outbound', T0 + 29_999, 10)).toEqual([])
  expect(await ledger.dueMailboxes('outbound', T0 + 30_000, 10)).toEqual([mailboxId])
})

test('upkeep of a mailbox is due at its time, a wake-up at once', async () => {
  const { ledger, mailboxId } = await aLedger()
  await ledger.setInboundDue(mailboxId, T0 + 50)
  expect(await ledger.rest('inbound', mailboxId, T0)).toEqual({ nextDueMs: T0 + 50 })
  await ledger.wakeInbound(mailboxId, T0 + 1)
  expect(await ledger.dueMailboxes('inbound', T0 + 1, 10)).toEqual([mailboxId])
})

test('a wake-up during a slice is not lost, one before it is taken care of', async () => {
  const { ledger, mailboxId } = await aLedger()
  await ledger.wakeInbound(mailboxId, T0)
  await ledger.lease('inbound', mailboxId, T0 + 100)
  await ledger.setInboundDue(mailboxId, T0 + 500)
  expect(await ledger.rest('inbound', mailboxId, T0 + 1)).toEqual({ nextDueMs: T0 + 500 })

  await ledger.lease('inbound', mailboxId, T0 + 100)
  await ledger.wakeInbound(mailboxId, T0 + 2)
  await ledger.setInboundDue(mailboxId, T0 + 600)
  expect(await ledger.rest('inbound', mailboxId, T0 + 3)).toBe('more')
  expect(await ledger.dueMailboxes('inbound', T0 + 3, 10)).toEqual([mailboxId])
})
