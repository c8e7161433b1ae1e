import { expect, test } from 'vitest'
import type { OutboundAttempt } from './ledger.ts'
import { LOST_ANSWER } from './outbound.ts'
import { aLedger, T0 } from './testing/a-ledger.ts'

const laterMs = T0 + 60_000

async function setUp() {
  const bed = await aLedger()
  const { ledger, mailboxId, begin } = bed
  const failed = { kind: 'failed', effect: 'none', costsAttempt: false } as const
  await bed.accept(1)
  return {
    ...bed,
    postpone: (attempt: OutboundAttempt, code: string) =>
      ledger.commitOutbound(mailboxId, attempt, { ...failed, code, dueMs: laterMs }, T0),
    hasten: () => ledger.hastenOutbound(mailboxId, 'A1', T0),
    due: async () => (await begin()).length,
  }
}

test('what waits for a lost call is due once its effect is seen', async () => {
  const { ledger, mailboxId, beginOne, postpone, hasten, due } = await setUp()
  await postpone(await beginOne(), LOST_ANSWER)
  await ledger.rest('outbound', mailboxId, T0)
  expect(await due()).toBe(0)
  await hasten()
  expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([mailboxId])
  expect(await due()).toBe(1)
})

test('neither is what waits for something else, or is in flight', async () => {
  const { beginOne, postpone, hasten, due } = await setUp()
  await postpone(await beginOne(), 'ErrorServerBusy')
  await hasten()
  expect(await due()).toBe(0)
  await postpone(await beginOne(laterMs), LOST_ANSWER)
  await beginOne(laterMs)
  await hasten()
  expect(await due()).toBe(0)
})
