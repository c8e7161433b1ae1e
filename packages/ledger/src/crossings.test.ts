import type { Crossing } from '@lockstep/domain'
import { expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

const crossing = (n: number): Crossing => ({
  atMs: T0 + n,
  direction: n % 2 ? 'inbound' : 'outbound',
  fingerprints: { location: 'AAAAAAAAAAAAAAAAAAAAAA' },
})

test('the newest crossings of an appointment are kept', async () => {
  const { ledger, mailboxId, settled, state } = await aLedger()
  await settled(1)
  for (let n = 0; n < 20; n++) await ledger.noteCrossing(mailboxId, 'A1', crossing(n))
  const { crossings } = (await state())!.record
  expect(crossings).toEqual(Array.from({ length: 16 }, (_, n) => crossing(n + 4)))
})

test('an appointment stays frozen until it is replayed, and then starts anew', async () => {
  const { ledger, mailboxId, settled, state, accept } = await aLedger()
  await settled(1)
  await ledger.noteCrossing(mailboxId, 'A1', crossing(0))
  await ledger.freeze(mailboxId, 'A1', { atMs: T0, fields: ['location', 'when'] })
  await ledger.freeze(mailboxId, 'A1', { atMs: T0 + 1, fields: ['subject'] })
  await accept(2)
  expect((await state())!.record.frozen).toEqual({ atMs: T0, fields: ['location', 'when'] })
  expect(await ledger.replay(mailboxId, 'A1', T0)).toBe(true)
  expect((await state())!.record).not.toHaveProperty('frozen')
  expect((await state())!.record).not.toHaveProperty('crossings')
})

test('nothing is noted of an appointment that is forgotten', async () => {
  const { ledger, mailboxId, state } = await aLedger()
  await ledger.noteCrossing(mailboxId, 'A1', crossing(0))
  await ledger.freeze(mailboxId, 'A1', { atMs: T0, fields: ['location'] })
  expect(await state()).toBeUndefined()
})
