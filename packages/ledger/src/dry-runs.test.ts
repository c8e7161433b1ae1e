import type { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { aLedger, anItem, linkAt, present, T0, unlinkedAt } from './testing/a-ledger.ts'

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
  const before = (await redis.keys(`${prefix}*`)).toSorted()
  const commands = await watched(redis, prefix)

  await ledger.startDryRun(mailboxId, T0)
  await ledger.copyForDryRun(mailboxId, T0)
  const copy = ledger.dryRunCopy()
  const appointmentIds = ['linked', 'A1', 'waiting', 'refused']
  const { byId } = await copy.lookUp(mailboxId, { appointmentIds })
  expect([...byId.keys()]).toEqual(appointmentIds)
  const known = await ledger.lookUp(mailboxId, { appointmentIds })
  expect([...byId.values()]).toEqual([...known.byId.values()])
  const marks = [{ appointmentId: 'new', kind: 'look' as const, item: anItem('new') }]
  await copy.startListing(mailboxId, 'cursorLost', T0 + 1)
  await copy.applyPage(mailboxId, { before: undefined, after: 'C1', isLast: true, marks, nowMs: T0 })
  await ledger.endDryRun(mailboxId, T0)

  const isOfReport = (key: string) => key.includes(':y:') || key.includes(':z:')
  expect((await redis.keys(`${prefix}*`)).filter((key) => !isOfReport(key)).toSorted()).toEqual(before)
  expect(commands().length).toBeGreaterThan(20)
  expect(commands().filter((name) => name === 'scan')).toEqual([])
})

test('one whose part died begins anew, without what it has said so far, and the third time it is ended', async () => {
  const { ledger, mailboxId } = await aLedger()
  const entry = { direction: 'outbound', appointmentId: 'A1', action: 'create' } as const
  await ledger.startDryRun(mailboxId, T0)
  for (const _ of ['first', 'second']) {
    expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBe(true)
    await ledger.copyForDryRun(mailboxId, T0)
    await ledger.passDryRun(mailboxId, 'outbound', T0)
    expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBe(true)
    await ledger.noteDryRun(mailboxId, { entries: [entry] }, T0)
    expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBe(false)
    expect(await ledger.dryRunTurn(mailboxId, T0)).toBe('inbound')
    expect(await ledger.dryRun(mailboxId)).toEqual({ startedAtMs: T0, counts: {}, entries: 0 })
  }
  await ledger.beginDryRunSlice(mailboxId, T0)
  expect(await ledger.beginDryRunSlice(mailboxId, T0)).toBe(false)
  expect(await ledger.dryRun(mailboxId)).toMatchObject({ endedAtMs: T0, code: 'NO_OUTCOME' })
})

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
