import { testRedis } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { createLedger, type Ledger } from './create-ledger.ts'
import type { Mailbox } from './ledger.ts'
import { T0 } from './testing/a-ledger.ts'

const dayMs = 86_400_000

function setUp() {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const restored = async (mailbox: Mailbox) => (await ledger.restorationOf(mailbox)).restoredSinceMs
  return {
    ledger,
    restored,
    awaits: async (mailbox: Mailbox) => (await ledger.restorationOf(mailbox)).awaitsOthers,
    list: (mailbox: Mailbox) => list(ledger, mailbox),
  }
}

async function list(ledger: Ledger, { id }: Mailbox): Promise<void> {
  await ledger.endListing(id, await ledger.startListing(id, 'backfill', T0), T0)
}

test('what tells of a loss in one mailbox counts for all that were enabled when the ledger was begun', async () => {
  const { ledger, restored } = setUp()
  const first = await ledger.enable('first@contoso.example', T0)
  const second = await ledger.enable('second@contoso.example', T0 + dayMs)
  expect(await restored(second)).toBeUndefined()
  await ledger.noteRestored(first)
  const third = await ledger.enable('third@contoso.example', T0 + dayMs)
  const later = await ledger.enable('later@contoso.example', T0 + dayMs + 1)
  expect(await restored(first)).toBe(T0)
  expect(await restored(second)).toBe(T0 + dayMs)
  expect(await restored(third)).toBe(T0 + dayMs)
  expect(await restored(later)).toBeUndefined()
})

test('a mailbox that is added later says nothing of the others', async () => {
  const { ledger, restored } = setUp()
  const first = await ledger.enable('first@contoso.example', T0)
  const later = await ledger.enable('later@contoso.example', T0 + 2 * dayMs)
  await ledger.noteRestored(later)
  expect(await restored(later)).toBe(T0 + 2 * dayMs)
  expect(await restored(first)).toBeUndefined()
})

test('the rebuild of one is ended while that of others goes on, and can be begun again', async () => {
  const { ledger, restored } = setUp()
  const first = await ledger.enable('first@contoso.example', T0)
  const second = await ledger.enable('second@contoso.example', T0)
  await ledger.noteRestored(first)
  for (const { id } of [first, second]) await ledger.endRebuild(id)
  expect([await restored(first), await restored(second)]).toEqual([undefined, undefined])
  expect(await ledger.restorationOf(second)).toMatchObject({ isAfterLoss: true })
  await ledger.startRebuild(second.id, T0 + 9)
  expect([await restored(first), await restored(second)]).toEqual([undefined, T0 + 9])
})

test('those that were enabled with it are awaited until each is listed, or forgotten', async () => {
  const { ledger, awaits, list } = setUp()
  const [first, second, third] = [
    await ledger.enable('first@contoso.example', T0),
    await ledger.enable('second@contoso.example', T0),
    await ledger.enable('third@contoso.example', T0),
  ]
  const later = await ledger.enable('later@contoso.example', T0 + 2 * dayMs)
  await list(first)
  expect(await awaits(first)).toBe(true)
  expect(await awaits(later)).toBe(false)
  await list(second)
  expect(await awaits(first)).toBe(true)
  await ledger.forget(third.id, T0)
  expect(await awaits(first)).toBe(false)
})

test('what a dry run finds out is not held against the mailboxes', async () => {
  const { ledger, restored } = setUp()
  const first = await ledger.enable('first@contoso.example', T0)
  await ledger.startDryRun(first.id, T0)
  const slice = (await ledger.beginDryRunSlice(first.id, T0))!
  const copy = ledger.dryRunCopy(slice)
  await copy.noteRestored(first)
  expect((await copy.restorationOf(first)).restoredSinceMs).toBe(T0)
  expect(await restored(first)).toBeUndefined()
  await copy.endListing(first.id, await copy.startListing(first.id, 'backfill', T0), T0)
  expect((await ledger.restorationOf(first)).awaitsOthers).toBe(true)
  await ledger.noteRestored(first)
  await copy.dropDryRunCopy(first.id)
  expect((await copy.restorationOf(first)).restoredSinceMs).toBe(T0)
})

test('a ledger of before does not say when it was begun: its mailboxes await nobody', async () => {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const first = await ledger.enable('first@contoso.example', T0)
  await redis.del(`${prefix}:{mailboxes}:beginning`, `${prefix}:{mailboxes}:awaited`)
  const second = await ledger.enable('second@contoso.example', T0 + 1)
  await ledger.noteRestored(first)
  expect(await ledger.restorationOf(second)).toEqual({
    ledgerSinceMs: T0 + 1,
    isAfterLoss: false,
    awaitsOthers: false,
  })
  expect(await ledger.restorationOf(first)).toMatchObject({ restoredSinceMs: T0, awaitsOthers: false })
})
