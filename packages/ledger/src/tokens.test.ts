import { createLedger } from './create-ledger.ts'
import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

test('a token has 256 bits of chance and is known as ours by every process, and no other is', async () => {
  const { ledger, redis, prefix } = await aLedger()
  const [first, second] = [await ledger.newToken(), await ledger.newToken()]
  expect(first).toMatch(/^[\w-]{64}$/)
  expect(second.slice(0, 43)).not.toBe(first.slice(0, 43))

  const elsewhere = createLedger(redis, { prefix })
  for (const token of [first, second, await ledger.openProbe(60_000)]) {
    expect(await elsewhere.isOurToken(token)).toBe(true)
  }
  const changed = (at: number) => first.slice(0, at) + (first[at] === 'A' ? 'B' : 'A') + first.slice(at + 1)
  const others = [
    changed(0),
    changed(42),
    changed(50),
    changed(63),
    randomBytes(48).toString('base64url'),
    '',
    'x',
  ]
  const known = await Promise.all(others.map((token) => elsewhere.isOurToken(token)))
  expect(known).toEqual(others.map(() => false))
})

test('strangers’ guesses cost Redis nothing, however many they are', async () => {
  const { ledger, redis } = await aLedger()
  const sent = vi.spyOn(redis, 'sendCommand')
  await ledger.isOurToken(await ledger.newToken())
  expect(sent).toHaveBeenCalled()
  sent.mockClear()
  for (let n = 0; n < 500; n++) await ledger.isOurToken(randomBytes(48).toString('base64url'))
  expect(sent).not.toHaveBeenCalled()
})

test('a token that is ours and was never saved leads nowhere', async () => {
  const { ledger } = await aLedger()
  expect(await ledger.heard(await ledger.newToken(), T0)).toBeUndefined()
})
