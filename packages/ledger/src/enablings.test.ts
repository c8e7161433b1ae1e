import { describe, expect, test } from 'vitest'
import type { EnablingStep } from './enablings.ts'
import { aLedger, T0 } from './testing/a-ledger.ts'

const bob = 'bob@contoso.example'
const dayMs = 86_400_000
const steps: EnablingStep[] = [{ name: 'resolve', outcome: 'failed', says: 'no', code: 'X', mend: 'Do it.' }]

async function setUp() {
  const { ledger, mailboxId } = await aLedger()
  return {
    ledger,
    mailboxId,
    request: (nowMs = T0, enables = true, ...addresses: string[]) =>
      ledger.requestEnabling(addresses.length > 0 ? addresses : [bob], { enables, nowMs }),
    take: (nowMs = T0, limit = 10) => ledger.takeEnablings({ limit, leaseMs: 30_000, nowMs }),
  }
}

describe('a mailbox that is asked for', () => {
  test('is taken by one, in the order of asking; what came of it is kept for a day', async () => {
    const { ledger, request, take } = await setUp()
    await request(T0 + 1, true, 'zoe@contoso.example')
    await request(T0, true, 'BOB@contoso.example')
    const [first, ...others] = await take(T0 + 1, 1)
    expect([first, others]).toMatchObject([{ address: bob, attempts: 1, enables: true }, []])
    expect((await take(T0 + 1)).map(({ address }) => address)).toEqual(['zoe@contoso.example'])
    expect(await take(T0 + 1)).toEqual([])

    const end = { atMs: T0 + 5, outcome: 'failed' as const, steps }
    expect(await ledger.endEnabling(first!, end)).toBe(true)
    expect(await ledger.enabling('Bob@contoso.example')).toMatchObject({ ended: end })
    expect((await ledger.enablings()).map(({ address }) => address)).toEqual([bob, 'zoe@contoso.example'])
    const known = await ledger.enablings(['Zoe@contoso.example', 'nobody@contoso.example'])
    expect(known.map(({ address }) => address)).toEqual(['zoe@contoso.example'])
    await ledger.takeEnablings({ limit: 0, leaseMs: 1, nowMs: T0 + dayMs })
    expect(await ledger.enabling(bob)).toBeDefined()
    await ledger.takeEnablings({ limit: 0, leaseMs: 1, nowMs: T0 + dayMs + 6 })
    expect(await ledger.enabling(bob)).toBeUndefined()
  })

  test("is anybody's when the one who had it said nothing any more, or gave it back", async () => {
    const { ledger, request, take } = await setUp()
    await request()
    await take()
    await ledger.renewEnablings([bob], T0 + 60_000)
    expect(await take(T0 + 59_999)).toEqual([])
    const [again] = await take(T0 + 60_000)
    expect(again).toMatchObject({ attempts: 2 })
    await ledger.giveBackEnabling(again!, T0 + 60_001)
    expect(await take(T0 + 60_001)).toMatchObject([{ attempts: 2 }])
  })

  test('is asked for once, unless it was only to be tested: then the newer request counts', async () => {
    const { ledger, request, take } = await setUp()
    await request(T0, false)
    const [tested] = await take()
    await request(T0 + 1, false)
    expect(await take(T0 + 1)).toEqual([])
    await request(T0 + 2, true)
    expect(await ledger.endEnabling(tested!, { atMs: T0 + 3, outcome: 'passed', steps: [] })).toBe(false)
    expect(await ledger.enabling(bob)).toMatchObject({ enables: true, attempts: 0 })
    const [newer] = await take(T0 + 3)
    expect(newer).toMatchObject({ enables: true, attempts: 1 })
    expect(await ledger.endEnabling(newer!, { atMs: T0 + 4, outcome: 'enabled', steps: [] })).toBe(true)
    await request(T0 + 5, true)
    expect((await ledger.enabling(bob))?.ended).toBeUndefined()
    await ledger.takeEnablings({ limit: 0, leaseMs: 1, nowMs: T0 + 2 * dayMs })
    expect(await take(T0 + 2 * dayMs)).toHaveLength(1)
  })

  test('is forgotten with the mailbox, or on its own', async () => {
    const { ledger, mailboxId, request, take } = await setUp()
    await request(T0, true, 'alice@contoso.example', bob)
    const [, inHand] = await take()
    await ledger.forget(mailboxId, T0)
    expect((await ledger.enablings()).map(({ address }) => address)).toEqual([bob])
    expect(await ledger.dropEnabling('BOB@contoso.example')).toBe(true)
    expect(await ledger.dropEnabling(bob)).toBe(false)
    expect(await ledger.endEnabling(inHand!, { atMs: T0, outcome: 'enabled', steps: [] })).toBe(false)
    expect(await ledger.enablings()).toEqual([])
    expect(await take(T0 + dayMs)).toEqual([])
  })
})
