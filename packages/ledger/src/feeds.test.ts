import { expect, test } from 'vitest'
import type { ChangeEntry } from './ledger.ts'
import type { TrailEntry } from './trail.ts'
import { aLedger, T0 } from './testing/a-ledger.ts'

const DAY_MS = 86_400_000
const aChange = (revision: number, atMs = T0): ChangeEntry => ({
  appointmentId: 'A1',
  kind: 'updated',
  revision,
  applicationVersion: 1,
  changed: ['subject'],
  atMs,
})
const aStep = (atMs: number): TrailEntry => ({
  appointmentId: 'A1',
  direction: 'outbound',
  step: 'accepted',
  atMs,
})

test('changes of all mailboxes have one order', async () => {
  const { ledger } = await aLedger()
  const appended = await Promise.all([1, 2, 3].map((n) => ledger.appendChange(`box${n}`, aChange(n))))
  expect(new Set(appended)).toEqual(new Set([1, 2, 3]))
  const first = await ledger.changes(0, 2)
  expect(first).toEqual({
    cursor: 2,
    entries: [
      { ...aChange(1), mailboxId: 'box1', seq: 1 },
      { ...aChange(2), mailboxId: 'box2', seq: 2 },
    ],
  })
  expect(await ledger.changes(2, 2)).toMatchObject({ cursor: 3, entries: [{ revision: 3 }] })
  expect(await ledger.changes(3, 2)).toEqual({ cursor: 3, entries: [] })
})

test('a reader that missed what was dropped is told so', async () => {
  const { ledger } = await aLedger()
  expect(await ledger.changes(0, 10)).toEqual({ cursor: 0, entries: [] })
  await ledger.appendChange('box', aChange(1, T0))
  await ledger.appendChange('box', aChange(2, T0 + DAY_MS))
  await ledger.appendChange('box', aChange(3, T0 + 7 * DAY_MS + 1))
  expect(await ledger.changes(0, 10)).toBe('expired')
  expect(await ledger.changes(1, 10)).toMatchObject({ entries: [{ revision: 2 }, { revision: 3 }] })
  expect(await ledger.newestChange()).toBe(3)
})

test('a reader that is ahead, since Redis was lost, is told so', async () => {
  const { ledger } = await aLedger()
  expect(await ledger.changes(5, 10)).toBe('expired')
})

test('the trail gives the newest steps, then what comes after', async () => {
  const { ledger, mailboxId } = await aLedger()
  expect(await ledger.trail(mailboxId, { limit: 5 })).toEqual({ cursor: '0-0', entries: [] })
  await ledger.note(
    mailboxId,
    [1, 2, 3].map((n) => aStep(T0 + n)),
  )
  const { cursor, entries } = await ledger.trail(mailboxId, { limit: 2 })
  expect(entries).toEqual([aStep(T0 + 2), aStep(T0 + 3)])
  await ledger.note(mailboxId, [aStep(T0 + 4)])
  expect((await ledger.trail(mailboxId, { after: cursor, limit: 9 })).entries).toEqual([aStep(T0 + 4)])
})

test('the trail is short and short-lived', async () => {
  const { ledger, mailboxId, redis, prefix } = await aLedger()
  await ledger.note(
    mailboxId,
    Array.from({ length: 2_000 }, (_, n) => aStep(T0 + n)),
  )
  const [key] = await redis.keys(`${prefix}:*:t:*`)
  expect(await redis.xlen(key!)).toBeLessThan(700)
  expect(await redis.pttl(key!)).toBeLessThanOrEqual(DAY_MS)
})
