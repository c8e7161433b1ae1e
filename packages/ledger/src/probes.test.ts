import { expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

test('a probe tells when Exchange called with its token', async () => {
  const { ledger } = await aLedger()
  const token = await ledger.openProbe(60_000)
  expect(await ledger.probeHeardAt(token)).toBeUndefined()
  expect(await ledger.hearProbe(token, T0)).toBe(true)
  expect(await ledger.probeHeardAt(token)).toBe(T0)
})

test('a probe is nobody: not a mailbox, and none is heard with it; another token is no probe', async () => {
  const { ledger } = await aLedger()
  const token = await ledger.openProbe(60_000)
  expect(await ledger.heard(token, T0)).toBeUndefined()
  expect(await ledger.hearProbe(`${token}x`, T0)).toBe(false)
  expect(await ledger.probeHeardAt(token)).toBeUndefined()
})

test('a probe ends by itself', async () => {
  const { ledger } = await aLedger()
  const token = await ledger.openProbe(1)
  await expect.poll(() => ledger.hearProbe(token, T0)).toBe(false)
})
