import type { Link } from '@lockstep/domain'
import { describe, expect, test } from 'vitest'
import { aLedger, anItem, linkAt, present, T0, unlinkedAt } from './testing/a-ledger.ts'

const LEASE_END = T0 + 30_000

describe('accepting', () => {
  test('takes only what is newer', async () => {
    const { accept, state } = await aLedger()
    expect(await accept(2)).toBe('accepted')
    expect(await accept(2)).toBe('stale')
    expect(await accept(1)).toBe('stale')
    expect((await state())?.record.wanted).toEqual(present(2))
  })

  test('compares versions as numbers, however large', async () => {
    const { accept } = await aLedger()
    expect(await accept(9)).toBe('accepted')
    expect(await accept(10)).toBe('accepted')
    expect(await accept(Number.MAX_SAFE_INTEGER - 1)).toBe('accepted')
    expect(await accept(Number.MAX_SAFE_INTEGER)).toBe('accepted')
    expect(await accept(Number.MAX_SAFE_INTEGER - 1)).toBe('stale')
  })

  test('takes nothing older than what is settled', async () => {
    const { accept, settled } = await aLedger()
    await settled(3)
    expect(await accept(3)).toBe('stale')
    expect(await accept(2)).toBe('stale')
    expect(await accept(4)).toBe('accepted')
  })

  test('takes nothing older than what was found written, though it never wanted it', async () => {
    const { accept, mark, beginDelivery, tell } = await aLedger()
    await mark({ item: anItem('A1') })
    await tell(await beginDelivery(), linkAt(3))
    expect(await accept(3)).toBe('stale')
    expect(await accept(4)).toBe('accepted')
  })

  test('remembers what was cancelled, and for how long', async () => {
    const { accept, cancel, beginOne, settle, redis, prefix } = await aLedger({ tombstoneMs: 60_000 })
    await cancel(5)
    await settle(await beginOne(), unlinkedAt(5))
    expect(await accept(4)).toBe('stale')
    const [key] = await redis.keys(`${prefix}:*:A1`)
    expect(await redis.pttl(key!)).toBeGreaterThan(50_000)

    expect(await accept(6)).toBe('accepted')
    expect(await redis.pttl(key!)).toBe(-1)
  })

  test('never forgets what is not cancelled', async () => {
    const { settled, redis, prefix } = await aLedger({ tombstoneMs: 60_000 })
    await settled(1)
    expect(await redis.pttl((await redis.keys(`${prefix}:*:A1`))[0]!)).toBe(-1)
  })
})

describe('beginning', () => {
  test('hands out what is due, the longest due first, up to the limit', async () => {
    const { accept, begin } = await aLedger()
    await accept(1, T0 + 2, 'second')
    await accept(1, T0 + 1, 'first')
    await accept(1, T0 + 3, 'third')
    await accept(1, T0 + 99, 'not yet')
    const begun = await begin(T0 + 50, 2)
    expect(begun.map(({ record }) => record.appointmentId)).toEqual(['first', 'second'])
    expect((await begin(T0 + 50)).map(({ record }) => record.appointmentId)).toEqual(['third'])
  })

  test('gives the whole record, with an intent that is stored', async () => {
    const { accept, beginOne, state } = await aLedger()
    await accept(1)
    const { record, epoch, attempts, earlier } = await beginOne(T0 + 7)
    expect(record.wanted).toEqual(present(1))
    expect(record.intent).toMatchObject({ version: 1, atMs: T0 + 7 })
    expect({ epoch, attempts, earlier }).toEqual({ epoch: 1, attempts: 1, earlier: undefined })
    expect((await state())?.record).toEqual(record)
  })

  test('gives every attempt a name of its own', async () => {
    const { accept, begin } = await aLedger()
    await accept(1, T0, 'A1')
    await accept(1, T0, 'A2')
    const names = [...(await begin()), ...(await begin(LEASE_END))].map(
      ({ record }) => record.intent?.attempt,
    )
    expect(new Set(names).size).toBe(4)
  })

  test('hands out nothing twice while the lease lasts, and again after it', async () => {
    const { accept, begin } = await aLedger()
    await accept(1)
    await begin()
    expect(await begin(LEASE_END - 1)).toEqual([])
    expect(await begin(LEASE_END)).toMatchObject([{ epoch: 2, attempts: 2 }])
  })

  test('by two at once, hands out each appointment once', async () => {
    const { accept, begin } = await aLedger()
    const ids = Array.from({ length: 50 }, (_, n) => `A${n}`)
    await Promise.all(ids.map((id) => accept(1, T0, id)))
    const begun = (await Promise.all([begin(T0, 50), begin(T0, 50)])).flat()
    expect(begun.map(({ record }) => record.appointmentId).sort()).toEqual(ids.sort())
  })

  test('keeps an unknown outcome unknown over any number of crashes', async () => {
    const { accept, beginOne } = await aLedger()
    await accept(1)
    let last = await beginOne()
    for (const crash of [1, 2, 3]) {
      const next = await beginOne(T0 + crash * 30_000)
      expect(next.earlier).toEqual(last.record.intent)
      expect(next.attempts).toBe(crash + 1)
      last = next
    }
  })

  test('leaves a newer version to the attempt in flight, or to its lease', async () => {
    const { accept, begin, beginOne, settle } = await aLedger()
    await accept(1)
    const first = await beginOne()
    await accept(2, T0 + 1)
    expect(await begin(T0 + 1)).toEqual([])
    await settle(first, linkAt(1), T0 + 2)
    expect(await begin(T0 + 2)).toMatchObject([{ record: { wanted: { version: 2 } }, attempts: 1 }])
  })
})

describe('settling', () => {
  test('closes everything and replaces the link', async () => {
    const { accept, begin, beginOne, settle, state, ledger, mailboxId } = await aLedger()
    await accept(1)
    expect(await settle(await beginOne(), linkAt(1))).toBe('committed')
    const { appointment: _content, ...head } = present(1) as { appointment: unknown } & ReturnType<
      typeof present
    >
    expect(await state()).toEqual({
      state: 'settled',
      record: { appointmentId: 'A1', wanted: head, link: linkAt(1), offers: [] },
    })
    expect(await begin(LEASE_END)).toEqual([])
    expect(await ledger.rest('outbound', mailboxId, T0)).toBe('none')
  })

  test('keeps every part of a link', async () => {
    const { accept, beginOne, settle, state } = await aLedger()
    const link = {
      written: { version: 1, basedOn: 7, fingerprints: { subject: 'aaa', when: 'bbb', body: '' } },
      item: { itemId: 'AAMk=', uid: '0400', role: 'attendee', stamped: false },
      attempt: 'x_-1',
      earlierAttempts: ['x_-0'],
      seen: {
        changeKey: 'CQAA',
        fingerprints: { subject: 'aaa', body: '', location: 'ccc', responses: 'd' },
      },
      told: { revision: 9, holds: true },
      asleep: 'private',
      conflicts: [{ atMs: T0, version: 1, fields: ['body'], winner: 'exchange' }],
    } as const satisfies Required<Link>
    await accept(1)
    await settle(await beginOne(), link)
    expect((await state())?.record.link).toEqual(link)
  })

  test('is harmless to say twice', async () => {
    const { accept, begin, beginOne, settle } = await aLedger()
    await accept(1)
    const attempt = await beginOne()
    await settle(attempt, linkAt(1))
    expect(await settle(attempt, linkAt(1))).toBe('committed')
    expect(await begin(LEASE_END)).toEqual([])
  })

  test('leaves a newer version due at once, with its content', async () => {
    const { accept, beginOne, settle, ledger, mailboxId } = await aLedger()
    await accept(1)
    const attempt = await beginOne()
    await accept(2)
    await settle(attempt, linkAt(1))
    expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([mailboxId])
    expect((await beginOne()).record).toMatchObject({ wanted: present(2), link: linkAt(1) })
  })

  test('marks what the application has not been told', async () => {
    const { accept, beginOne, ledger, mailboxId, state } = await aLedger()
    await accept(1)
    const outcome = { kind: 'settled', link: linkAt(1), untold: true } as const
    await ledger.commitOutbound(mailboxId, await beginOne(), outcome, T0 + 5)
    expect(await state()).toMatchObject({ state: 'pending', inbound: { attempts: 0, dueMs: T0 + 5 } })
  })
})
