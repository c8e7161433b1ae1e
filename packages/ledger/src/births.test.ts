import type { Wanted } from '@lockstep/domain'
import { expect, test } from 'vitest'
import type { OutboundAttempt } from './ledger.ts'
import { UNCONFIRMED } from './rebuilds.ts'
import { absent, aLedger, anItem, linkAt, present, T0 } from './testing/a-ledger.ts'

async function setUp() {
  const bed = await aLedger()
  const { ledger, mailboxId, state } = bed
  return {
    ...bed,
    take: (wanted: Wanted) => ledger.accept(mailboxId, 'A1', wanted, T0),
    park: (attempt: OutboundAttempt, code = UNCONFIRMED) =>
      ledger.commitOutbound(mailboxId, attempt, { kind: 'parked', code }, T0),
    born: async () => (await state())!.record.bornAtMs,
  }
}

const first = { ...present(1), atMs: T0 - 5 }

test('an appointment is born with its first version, also if that comes last and is stale', async () => {
  const { take, born, beginOne } = await setUp()
  await take(present(3))
  await take(present(2))
  expect(await born()).toBeUndefined()
  expect(await take(first)).toBe('stale')
  expect(await take({ ...first, atMs: T0 + 5 })).toBe('stale')
  expect(await born()).toBe(T0 - 5)
  expect((await beginOne()).record).toMatchObject({ bornAtMs: T0 - 5, wanted: { version: 3 } })
})

test.each([
  ['is refused', { ...absent(1), reason: 'private' } as const, T0],
  ['only says that it is gone', absent(1), undefined],
])('a first version that %s', async (_, wanted, bornAtMs) => {
  const { take, born } = await setUp()
  await take(wanted)
  expect(await born()).toBe(bornAtMs)
})

test('once a version is settled nobody asks when it was born', async () => {
  const { take, born, settle, beginOne } = await setUp()
  await take(first)
  await settle(await beginOne(), linkAt(1))
  expect(await born()).toBeUndefined()
  await take(first)
  expect(await born()).toBeUndefined()
})

test('what is unconfirmed is due once the first version has come, and not again with each repetition', async () => {
  const { take, park, beginOne, begin, state } = await setUp()
  await take(present(2))
  await park(await beginOne())
  await take(first)
  expect(await state()).toMatchObject({ state: 'pending', outbound: { attempts: 0, dueMs: T0 } })
  await park(await beginOne())
  await take(first)
  expect(await state()).toMatchObject({ state: 'parked' })
  expect(await begin()).toEqual([])
})

test('what is parked for another reason stays so', async () => {
  const { take, park, beginOne, state } = await setUp()
  await take(present(2))
  await park(await beginOne(), 'ErrorItemSave')
  await take(first)
  expect(await state()).toMatchObject({ state: 'parked', outbound: { code: 'ErrorItemSave' } })
})

test('it is due again also if the first version came while it was looked at', async () => {
  const { take, park, beginOne, state } = await setUp()
  await take(present(2))
  const attempt = await beginOne()
  await take(first)
  await park(attempt)
  expect(await state()).toMatchObject({ state: 'pending', outbound: { attempts: 0, dueMs: T0 } })
  await park(await beginOne())
  expect(await state()).toMatchObject({ state: 'parked' })
})

test('its birth goes with what the application wants if it gets another id', async () => {
  const { ledger, mailboxId, take, mark, born } = await setUp()
  await take(first)
  await mark({ appointmentId: 'ex-1', item: anItem('ex-1') })
  await ledger.accept(mailboxId, 'ex-1', { ...first, atMs: T0 - 99 }, T0)
  await ledger.alias(mailboxId, 'ex-1', 'A1')
  expect(await born()).toBe(T0 - 5)
})
