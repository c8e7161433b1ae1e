import { expect, test } from 'vitest'
import type { OutboundAttempt } from './ledger.ts'
import { aLedger, anItem, linkAt, present, T0 } from './testing/a-ledger.ts'

async function setUp() {
  const bed = await aLedger()
  const { ledger, mailboxId, state } = bed
  const failed = { kind: 'failed', code: 'NOT_LISTED', effect: 'none', costsAttempt: false } as const
  return {
    ...bed,
    postpone: (attempt: OutboundAttempt, passedOverMs?: number) =>
      ledger.commitOutbound(
        mailboxId,
        attempt,
        { ...failed, dueMs: T0, ...(passedOverMs !== undefined && { passedOverMs }) },
        T0,
      ),
    passedOver: async () => (await state())!.record.passedOverMs,
  }
}

test('the first listing that may have passed an appointment over is noted until it is settled', async () => {
  const { accept, beginOne, postpone, passedOver, settle } = await setUp()
  await accept(1)
  await postpone(await beginOne())
  expect(await passedOver()).toBeUndefined()
  await postpone(await beginOne(), 7)
  await accept(2)
  await postpone(await beginOne(), 8)
  expect(await passedOver()).toBe(7)
  await settle(await beginOne(), linkAt(2))
  expect(await passedOver()).toBeUndefined()
})

test('it goes with what the application wants if that gets another id', async () => {
  const { ledger, mailboxId, accept, mark, begin, beginOne, postpone, passedOver } = await setUp()
  await accept(1)
  await postpone(await beginOne(), 7)
  await mark({ appointmentId: 'ex-1', item: anItem('ex-1') })
  await ledger.accept(mailboxId, 'ex-1', present(1), T0)
  for (const attempt of await begin())
    await postpone(attempt, attempt.record.appointmentId === 'ex-1' ? 9 : undefined)
  await ledger.alias(mailboxId, 'ex-1', 'A1')
  expect(await passedOver()).toBe(7)
})

test('a listing is asked for until one begins', async () => {
  const { ledger, mailboxId } = await setUp()
  const isAsked = async () => (await ledger.mailboxState(mailboxId)).isListingAsked
  expect(await isAsked()).toBeUndefined()
  await ledger.askForListing(mailboxId)
  await ledger.askForListing(mailboxId)
  expect(await isAsked()).toBe(true)
  await ledger.startListing(mailboxId, 'scheduled', T0)
  expect(await isAsked()).toBeUndefined()
})

test('that Exchange hides an appointment is known until it is told, or shown again', async () => {
  const { mark, state, beginDelivery, tell } = await setUp()
  const hiding = async () => (await state())!.record.hiding
  await mark({ kind: 'withdraw', reason: 'recurring', item: anItem('A1') })
  expect(await hiding()).toBe('recurring')
  await mark()
  expect(await hiding()).toBeUndefined()
  await mark({ kind: 'withdraw', reason: 'private' })
  await tell(await beginDelivery(), { ...linkAt(0), asleep: 'private' })
  expect(await hiding()).toBeUndefined()
})

test('a mark that is no news is due at once if it is new or parked, else when it was', async () => {
  const LATER = T0 + 60_000
  const { ledger, mailboxId, mark, beginDelivery, state } = await setUp()
  await mark({ isNoNews: true })
  expect(await state()).toMatchObject({ inbound: { dueMs: T0 } })
  await mark({ notBeforeMs: LATER })
  await mark({ isNoNews: true }, T0 + 1)
  expect(await state()).toMatchObject({ inbound: { dueMs: LATER } })
  await ledger.parkDelivery(mailboxId, await beginDelivery(LATER), 'HTTP_400', LATER)
  await mark({ isNoNews: true }, LATER + 1)
  expect(await state()).toMatchObject({ state: 'pending', inbound: { dueMs: LATER + 1 } })
})
