import type { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aLedger, anItem, linkAt, present, T0, unlinkedAt } from './testing/a-ledger.ts'

const entry = { direction: 'outbound', appointmentId: 'A1', action: 'create' } as const

test('the copy has every record, and is dropped without a trace; nobody looks through all keys for it', async () => {
  const { ledger, mailboxId, settled, cancel, beginOne, settle, redis, prefix } = await aLedger()
  await settled(1, linkAt(1), 'linked')
  await settled(1)
  await cancel(2)
  await settle(await beginOne(), unlinkedAt(2))
  await ledger.accept(mailboxId, 'waiting', present(1), T0)
  await ledger.accept(mailboxId, 'refused', { kind: 'absent', version: 1, atMs: T0, reason: 'private' }, T0)
  for (const attempt of await ledger.beginOutbound(mailboxId, { limit: 9, nowMs: T0, leaseMs: 1 }))
    if (attempt.record.appointmentId === 'refused') await settle(attempt, { ...unlinkedAt(1) })
  await ledger.startListing(mailboxId, 'requested', T0)
  const before = await keysBesideReport(redis, prefix)
  const commands = await watched(redis, prefix)

  await ledger.startDryRun(mailboxId, T0)
  const slice = (await ledger.beginDryRunSlice(mailboxId, T0))!
  await ledger.copyForDryRun(slice, T0)
  const copy = ledger.dryRunCopy(slice)
  const appointmentIds = ['linked', 'A1', 'waiting', 'refused']
  const { byId } = await copy.lookUp(mailboxId, { appointmentIds })
  expect([...byId.keys()]).toEqual(appointmentIds)
  const known = await ledger.lookUp(mailboxId, { appointmentIds })
  expect([...byId.values()]).toEqual([...known.byId.values()])
  const marks = [{ appointmentId: 'new', kind: 'look' as const, item: anItem('new') }]
  await copy.startListing(mailboxId, 'cursorLost', T0 + 1)
  await copy.applyPage(mailboxId, { before: undefined, after: 'C1', isLast: true, marks, nowMs: T0 })
  await ledger.endDryRun(slice, T0)

  expect(await keysBesideReport(redis, prefix)).toEqual(before)
  expect(commands().length).toBeGreaterThan(20)
  expect(commands().filter((name) => name === 'scan')).toEqual([])
})

test('one whose part died begins anew, without what it has said so far, and the third time it is ended', async () => {
  const { ledger, mailboxId } = await aLedger()
  await ledger.startDryRun(mailboxId, T0)
  for (const _ of ['first', 'second']) {
    const first = (await ledger.beginDryRunSlice(mailboxId, T0))!
    await ledger.copyForDryRun(first, T0)
    await ledger.passDryRun(first, 'outbound', T0)
    const second = (await ledger.beginDryRunSlice(mailboxId, T0))!
    await ledger.noteDryRun(second, { entries: [entry] }, T0)
    expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBeUndefined()
    expect(await ledger.dryRunTurn(mailboxId, T0)).toBe('inbound')
    expect(await ledger.dryRun(mailboxId)).toEqual({ startedAtMs: T0, counts: {}, entries: 0 })
  }
  const third = (await ledger.beginDryRunSlice(mailboxId, T0))!
  expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBeUndefined()
  await ledger.noteDryRun(third, { entries: [entry] }, T0)
  const ended = { startedAtMs: T0, endedAtMs: T0, code: 'NO_OUTCOME', counts: {}, entries: 0 }
  expect(await ledger.dryRun(mailboxId)).toEqual(ended)
})

describe('whoever slept while the dry run was begun anew', () => {
  const notes = { entries: [entry], counts: { 'refused.private': 1 } }
  const page = { before: undefined, after: 'C1', isLast: true, marks: [], nowMs: T0 }

  test('has no say in it, and leaves its copy as it is', async () => {
    const { ledger, mailboxId, slice, ofSleeper } = await begunAnew()
    await ledger.noteDryRun(slice, notes, T0)
    const said = await ledger.dryRun(mailboxId)
    await ledger.dryRunCopy(ofSleeper).applyPage(mailboxId, page)
    await ledger.noteDryRun(ofSleeper, notes, T0 + 1)
    await ledger.passDryRun(ofSleeper, 'outbound', T0 + 1)
    await ledger.endDryRunSlice(ofSleeper)
    await ledger.endDryRun(ofSleeper, T0 + 1, 'X')
    expect(await ledger.dryRun(mailboxId)).toEqual(said)
    expect(await ledger.dryRunEntries(mailboxId, { from: 0, limit: 9 })).toEqual([entry])
    expect(await ledger.dryRunTurn(mailboxId, T0)).toBe('inbound')
    const copy = ledger.dryRunCopy(slice)
    const attempts = await copy.beginOutbound(mailboxId, { limit: 9, nowMs: T0, leaseMs: 1 })
    expect(attempts.map(({ record }) => record.appointmentId)).toEqual(['A1'])
  })

  test('adds nothing once it is over, and leaves nothing behind', async () => {
    const { ledger, mailboxId, slice, ofSleeper, before, keys } = await begunAnew()
    await ledger.noteDryRun(slice, notes, T0)
    await ledger.endDryRun(slice, T0)
    const said = await ledger.dryRun(mailboxId)
    await ledger.dryRunCopy(ofSleeper).applyPage(mailboxId, page)
    await ledger.noteDryRun(ofSleeper, notes, T0 + 1)
    expect(await ledger.dryRun(mailboxId)).toEqual(said)
    expect(await keys()).toEqual(before)
  })

  async function begunAnew() {
    const { ledger, mailboxId, accept, redis, prefix } = await aLedger()
    await accept(1)
    const keys = () => keysBesideReport(redis, prefix)
    const before = await keys()
    const begin = async () => {
      const slice = (await ledger.beginDryRunSlice(mailboxId, T0))!
      await ledger.copyForDryRun(slice, T0)
      return slice
    }
    await ledger.startDryRun(mailboxId, T0)
    const ofSleeper = await begin()
    expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBeUndefined()
    return { ledger, mailboxId, ofSleeper, slice: await begin(), before, keys }
  }
})

test('a mailbox that is forgotten meanwhile leaves nothing of it, nor of one whose worker slept', async () => {
  const { ledger, mailboxId, accept, redis, prefix } = await aLedger()
  await accept(1)
  await ledger.startDryRun(mailboxId, T0)
  const slice = (await ledger.beginDryRunSlice(mailboxId, T0))!
  await ledger.copyForDryRun(slice, T0)
  await ledger.beginDryRunSlice(mailboxId, T0)
  const theirs = ledger.dryRunCopy(slice)
  await theirs.applyPage(mailboxId, { before: undefined, after: 'C1', isLast: true, marks: [], nowMs: T0 })
  const ours = async () => (await redis.keys(`${prefix}*`)).filter((key) => key.includes(mailboxId))
  expect(await ours()).not.toEqual([])
  await ledger.forget(mailboxId, T0)
  await ledger.endLeaving(mailboxId)
  expect(await ours()).toEqual([])
})

async function keysBesideReport(redis: Redis, prefix: string): Promise<string[]> {
  const keys = await redis.keys(`${prefix}*`)
  return keys.filter((key) => !key.includes(':y:') && !key.includes(':z:')).toSorted()
}

/** The names of the commands about these keys that anybody sends from now on. */
async function watched(redis: Redis, prefix: string): Promise<() => string[]> {
  const names: string[] = []
  const monitor = await redis.monitor()
  monitor.on('monitor', (_time: string, [name = '', ...args]: string[]) => {
    if (args.some((arg) => arg.includes(prefix))) names.push(name.toLowerCase())
  })
  onTestFinished(() => monitor.disconnect())
  return () => names
}
