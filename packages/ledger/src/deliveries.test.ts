import { describe, expect, test } from 'vitest'
import type { ChangeKind } from '@lockstep/domain'
import { aLedger, anItem, linkAt, present, T0, unlinkedAt } from './testing/a-ledger.ts'

const LATER = T0 + 60_000
const anOffer = (subject: string) => ({
  atMs: T0,
  kind: 'updated' as ChangeKind,
  fingerprints: { subject, body: '' },
})

describe('a mark', () => {
  test('is handed out with its record', async () => {
    const { mark, beginDelivery, state } = await aLedger()
    await mark({ kind: 'withdraw', reason: 'private', notifiedAtMs: T0 - 5, item: anItem('X') })
    expect(await state()).toMatchObject({ state: 'pending', inbound: { attempts: 0, dueMs: T0 } })
    expect(await beginDelivery()).toEqual({
      record: { appointmentId: 'A1', link: linkAt(0, anItem('X')), offers: [], hiding: 'private' },
      epoch: 2,
      attempts: 1,
      mark: {
        appointmentId: 'A1',
        kind: 'withdraw',
        reason: 'private',
        notifiedAtMs: T0 - 5,
        serial: 1,
        sinceMs: T0,
      },
    })
  })

  test('made anew keeps its times and takes the newest kind', async () => {
    const { mark, beginDelivery } = await aLedger()
    await mark({ kind: 'withdraw', reason: 'private', notifiedAtMs: T0 })
    await mark({ kind: 'gone', notifiedAtMs: LATER }, LATER)
    const { mark: found } = await beginDelivery(LATER)
    expect(found).toEqual({ appointmentId: 'A1', kind: 'gone', notifiedAtMs: T0, serial: 2, sinceMs: T0 })
  })

  test('waits as long as it was told to', async () => {
    const { mark, beginDeliveries } = await aLedger()
    await mark({ notBeforeMs: LATER })
    expect(await beginDeliveries(LATER - 1)).toEqual([])
    expect(await beginDeliveries(LATER)).toHaveLength(1)
  })

  test('waits for the write that is in flight, and is due at its commit', async () => {
    const { accept, beginOne, settle, mark, beginDeliveries } = await aLedger()
    await accept(1)
    const attempt = await beginOne()
    await mark()
    expect(await beginDeliveries()).toEqual([])
    await settle(attempt, linkAt(1))
    expect(await beginDeliveries()).toMatchObject([{ attempts: 1, record: { link: linkAt(1) } }])
  })

  test('is due when the write in flight ends without effect, and not while its effect is unknown', async () => {
    const { accept, beginOne, ledger, mailboxId, mark, beginDeliveries } = await aLedger()
    await accept(1)
    const failed = { kind: 'failed', code: 'X', dueMs: T0, costsAttempt: true } as const
    const first = await beginOne()
    await mark()
    await beginDeliveries()
    await ledger.commitOutbound(mailboxId, first, { ...failed, effect: 'unknown' }, T0)
    expect(await beginDeliveries()).toEqual([])

    const second = await beginOne()
    await ledger.commitOutbound(mailboxId, second, { kind: 'parked', code: 'X' }, T0)
    expect(await beginDeliveries(LATER)).toHaveLength(1)
  })
})

test('a mark is due when the write in flight is postponed', async () => {
  const { accept, beginOne, ledger, mailboxId, mark, beginDeliveries } = await aLedger()
  await accept(1)
  const attempt = await beginOne()
  await mark()
  expect(await beginDeliveries()).toEqual([])
  await ledger.commitOutbound(mailboxId, attempt, { kind: 'postponed', dueMs: LATER }, T0)
  expect(await beginDeliveries()).toHaveLength(1)
})

describe('telling', () => {
  test('replaces the link and ends the mark', async () => {
    const { mark, beginDelivery, beginDeliveries, tell, state } = await aLedger()
    await mark({ item: anItem('X') })
    const link = { ...linkAt(0, anItem('X')), told: { revision: 1, holds: true } }
    expect(await tell(await beginDelivery(), link)).toBe('told')
    expect(await state()).toEqual({ state: 'settled', record: { appointmentId: 'A1', link, offers: [] } })
    expect(await beginDeliveries(LATER)).toEqual([])
  })

  test('leaves a newer mark due now', async () => {
    const { mark, beginDelivery, beginDeliveries, tell, state } = await aLedger()
    await mark()
    const attempt = await beginDelivery()
    await mark()
    expect(await beginDeliveries()).toEqual([])
    expect(await tell(attempt, linkAt(0))).toBe('told')
    expect((await state())?.record.link).toEqual(linkAt(0))
    expect(await beginDelivery()).toMatchObject({ attempts: 1, mark: { serial: 2 } })
  })

  test('stores nothing once a write to Exchange began', async () => {
    const { mark, accept, beginOne, beginDelivery, settle, tell } = await aLedger()
    await mark()
    const attempt = await beginDelivery()
    await accept(1)
    const write = await beginOne()
    expect(await tell(attempt, linkAt(0, anItem('X')))).toBe('moved')
    await settle(write, linkAt(1))
    expect(await beginDelivery()).toMatchObject({ attempts: 1, record: { link: linkAt(1) } })
  })

  test('stores nothing once a later delivery began, which goes on undisturbed', async () => {
    const { mark, beginDelivery, beginDeliveries, tell } = await aLedger()
    await mark()
    const slow = await beginDelivery()
    const quick = await beginDelivery(LATER)
    expect(await tell(slow, linkAt(0))).toBe('moved')
    expect(await beginDeliveries(LATER)).toEqual([])
    expect(await tell(quick, linkAt(0))).toBe('told')
  })

  test('stores nothing once the item was replaced', async () => {
    const { settled, mark, beginDelivery, tell, ledger, mailboxId } = await aLedger()
    await settled(1)
    await mark()
    const attempt = await beginDelivery()
    await mark({ item: anItem('moved') })
    expect(await tell(attempt, linkAt(1))).toBe('moved')
    expect(await ledger.rest('deliveries', mailboxId, T0)).toBe('more')
    expect((await beginDelivery()).record.link.item).toEqual(anItem('moved'))
  })

  test('stores nothing once the item came back: it stays linked, and is looked at', async () => {
    const { settled, cancel, beginOne, settle, mark, beginDelivery, tell } = await aLedger()
    await settled(1)
    await cancel(2)
    await settle(await beginOne(), unlinkedAt(2))
    await mark({ kind: 'gone' })
    const attempt = await beginDelivery()
    await mark({ item: anItem('back') })
    expect(await tell(attempt, unlinkedAt(2))).toBe('moved')
    expect((await beginDelivery()).record.link.item).toEqual(anItem('back'))
  })

  test('remembers for a time what neither side holds any more', async () => {
    const { mark, beginDelivery, tell, redis, prefix } = await aLedger({ tombstoneMs: 60_000 })
    await mark({ kind: 'gone' })
    await tell(await beginDelivery(), unlinkedAt(0))
    expect(await redis.pttl((await redis.keys(`${prefix}:*:A1`))[0]!)).toBeGreaterThan(50_000)
    await mark()
    expect(await redis.pttl((await redis.keys(`${prefix}:*:A1`))[0]!)).toBe(-1)
  })
})

describe('offering', () => {
  test('counts revisions and keeps the last 16', async () => {
    const { mark, beginDelivery, ledger, mailboxId, state } = await aLedger()
    await mark()
    const attempt = await beginDelivery()
    const revisions: unknown[] = []
    for (let n = 1; n <= 18; n++) {
      revisions.push(await ledger.offer(mailboxId, attempt, anOffer(`digest${n}`)))
    }
    const first = (T0 - Date.UTC(2025, 0)) / 1_000
    expect(revisions).toEqual(Array.from({ length: 18 }, (_, n) => first + n))
    const { offers } = (await state())!.record
    expect(offers.map(({ revision }) => revision)).toEqual(
      Array.from({ length: 16 }, (_, n) => first + n + 2),
    )
    expect(offers.at(-1)).toEqual({ ...anOffer('digest18'), revision: first + 17 })
  })

  test('stores nothing once the record moved', async () => {
    const { mark, accept, begin, beginDelivery, ledger, mailboxId, state } = await aLedger()
    await mark()
    const attempt = await beginDelivery()
    await accept(1)
    await begin()
    expect(await ledger.offer(mailboxId, attempt, anOffer('x'))).toBe('moved')
    expect((await state())?.record.offers).toEqual([])
  })

  test('stores nothing once the version that it knew of was written', async () => {
    const { mark, accept, beginOne, settle, beginDelivery, ledger, mailboxId, state } = await aLedger()
    await accept(1)
    await mark()
    const attempt = await beginDelivery()
    await settle(await beginOne(), linkAt(1))
    expect(await ledger.offer(mailboxId, attempt, anOffer('x'))).toBe('moved')
    expect((await state())?.record.offers).toEqual([])
  })

  test('stores nothing once the application has decided anew, which may be to hide it', async () => {
    const { mark, settled, cancel, beginDelivery, beginDeliveries, ledger, mailboxId } = await aLedger()
    await settled(1)
    await mark()
    const attempt = await beginDelivery()
    await cancel(2)
    expect(await ledger.offer(mailboxId, attempt, anOffer('x'))).toBe('moved')
    const [again] = await beginDeliveries()
    expect(again?.record).toMatchObject({ wanted: { version: 2 }, offers: [] })
  })
})

test('an appointment whose version is settled keeps its delivery', async () => {
  const { mark, settled, beginDelivery } = await aLedger()
  await mark()
  await settled(1)
  expect((await beginDelivery()).record.wanted).toMatchObject({ version: present(1).version })
})
