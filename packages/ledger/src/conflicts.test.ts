import { emptyLink, type Link } from '@lockstep/domain'
import { describe, expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

const item = { itemId: 'I', role: 'organizer', stamped: true } as const
const linked: Link = {
  ...emptyLink,
  item,
  written: { version: 2, basedOn: 0, fingerprints: {} },
  told: { revision: 0, holds: true },
  conflicts: [
    {
      atMs: T0,
      version: 2,
      fields: ['subject'],
      winner: 'exchange',
      application: { subject: 'a' },
      exchange: {},
    },
  ],
}

describe('the values of a conflict', () => {
  test('are kept with the outcome, for their time', async () => {
    const { values, ledger, mailboxId } = await inConflict()
    const kept = await values()
    expect(kept?.sealed).toBe('sealed')
    expect(kept!.untilMs).toBeGreaterThan(Date.now() + 50_000)
    expect(kept!.untilMs).toBeLessThanOrEqual(Date.now() + 60_000)
    expect(await ledger.conflictValues(mailboxId, 'A1', 3)).toBeUndefined()
    expect((await ledger.state(mailboxId, 'A1'))!.record.link).toEqual(linked)
  })

  test('are not kept by an attempt that was overlapped', async () => {
    const { values, accept, beginOne, ledger, mailboxId, begin } = await setUp()
    await accept(2)
    const attempt = await beginOne()
    await begin(T0 + 30_000)
    expect(await ledger.commitOutbound(mailboxId, attempt, outcome, T0)).toBe('overlapped')
    expect(await values()).toBeUndefined()
  })

  test('are replaced for the rest of their time, and only while they are there', async () => {
    const { values, ledger, mailboxId } = await inConflict()
    const { untilMs } = (await values())!
    expect(await ledger.replaceConflictValues(mailboxId, 'A1', 2, 'others')).toBe(true)
    expect(await values()).toEqual({ sealed: 'others', untilMs })
    await ledger.dropConflictValues(mailboxId, 'A1')
    expect(await ledger.replaceConflictValues(mailboxId, 'A1', 2, 'others')).toBe(false)
    expect(await values()).toBeUndefined()
  })

  test('are gone as soon as the application wants the appointment absent', async () => {
    const { values, ledger, mailboxId } = await inConflict()
    await ledger.accept(mailboxId, 'A1', { kind: 'absent', version: 3, atMs: T0, reason: 'private' }, T0)
    expect(await values()).toBeUndefined()
  })

  test('are gone once Exchange holds nothing of it', async () => {
    const { values, accept, beginOne, settle } = await inConflict()
    await accept(3)
    const { item: _item, ...absent } = linked
    await settle(await beginOne(), { ...absent, written: { ...linked.written, version: 3 } })
    expect(await values()).toBeUndefined()
  })

  test('are gone when the mailbox is forgotten', async () => {
    const { values, ledger, mailboxId } = await inConflict()
    await ledger.forget(mailboxId, T0)
    await ledger.wipe(mailboxId)
    expect(await values()).toBeUndefined()
  })
})

test('reversals are kept, the newest sixteen, and outlive the next outcome', async () => {
  const { ledger, mailboxId, accept, beginOne, settle } = await inConflict()
  for (let n = 0; n < 18; n++) {
    const reversal = {
      version: 2,
      atMs: n,
      by: 'Olga\n',
      isBack: n % 2 === 1,
      left: { subject: `left ${n}` },
    }
    await ledger.noteReversal(mailboxId, 'A1', reversal)
  }
  await accept(3)
  await settle(await beginOne(), { ...linked, written: { ...linked.written, version: 3 } })
  const { reversals } = (await ledger.state(mailboxId, 'A1'))!.record
  expect(reversals?.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 16 }, (_, n) => n + 2))
  expect(reversals?.at(-1)).toEqual({
    version: 2,
    atMs: 17,
    by: 'Olga\n',
    isBack: true,
    left: { subject: 'left 17' },
  })
})

const outcome = {
  kind: 'settled',
  link: linked,
  untold: false,
  conflictValues: { sealed: 'sealed', keepMs: 60_000 },
} as const

async function setUp() {
  const bed = await aLedger()
  return { ...bed, values: () => bed.ledger.conflictValues(bed.mailboxId, 'A1', 2) }
}

async function inConflict() {
  const bed = await setUp()
  await bed.accept(2)
  await bed.ledger.commitOutbound(bed.mailboxId, await bed.beginOne(), outcome, T0)
  return bed
}
