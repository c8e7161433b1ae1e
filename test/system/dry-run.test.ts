import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import {
  ask,
  atRest,
  changesIn,
  dryRunOf,
  keysOf,
  type Report,
  sorted,
  writesIn,
} from '../support/dry-run.ts'
import { appointment, event } from '../support/events.ts'
import { amidTheHour } from '../support/full-hour.ts'
import { runLockstep } from '../support/lockstep-command.ts'
import { fillMailbox, guests, on, unsettleMailbox } from '../support/mixed-mailbox.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'
import { wireWrites } from '../support/wire-writes.ts'

const env = { POLL_SECONDS: '0.5' }

describe('a dry run of a mailbox in which everything happened on both sides', () => {
  test.each([
    { policy: 'exchange', mute: false },
    { policy: 'application', mute: true },
  ])('writes and tells nothing, and the real run does what it says: $policy', async ({ policy, mute }) => {
    const system = await startSystem({ env: { ...env, CONFLICT_POLICY: policy } })
    const { set } = system
    const items = await fillMailbox(system)
    await set({ outbound: 'off', inbound: 'off', mute }, alice)
    await unsettleMailbox(system, items)
    const before = await keysOf(system)
    const start = startOf(system, items)

    const report = await dryRunOf(system)
    expect(report).toMatchObject({
      state: 'done',
      counts: { 'refused.private': 1, 'refused.confidential': 1, 'refused.recurring': 1 },
    })
    expect(report.entries.length).toBeGreaterThan(25)
    expect(await keysOf(system)).toEqual(before)
    expectUntouched(system, start)

    await set({ outbound: 'on', inbound: 'on' }, alice)
    await atRest(system, report.entries)
    expectDone(system, report, start)
    const { mails, recipients } = report.counts
    expect({ mails, recipients }).toEqual(mute ? {} : { mails: 3, recipients: 6 })
  })
})

test('of a newly enabled mailbox says what its backfill would tell, and what waits for the mail budget', async () => {
  await amidTheHour()
  const system = await startSystem({
    env: { ...env, MAILBOXES: bob, MAIL_BUDGET_PER_HOUR: '3' },
    without: ['inbound', 'outbound'],
  })
  const { send, set, simulator } = system
  const theirs = { subject: 'Theirs', ...on('2027-05-03') }
  simulator.userCreates(alice, theirs)
  simulator.userCreates(alice, { ...theirs, ...on('2024-03-04') })
  simulator.userCreates(alice, { ...theirs, sensitivity: 'private' })
  await set({ outbound: 'off', inbound: 'off' })
  system.restartWith({ MAILBOXES: [alice, bob].join(',') })
  await Promise.all([system.startWorker('inbound'), system.startWorker('outbound')])
  for (const id of ['first', 'second'])
    await eventually(async () => {
      const { body } = await send(event({ id, version: 1 }, appointment({ attendees: guests })))
      expect(body.results).toMatchObject([{ status: 'accepted' }])
    })
  const start = startOf(system)

  const report = await dryRunOf(system)
  const counts = { 'refused.private': 1, mails: 1, recipients: 2, 'inbound.created': 1 }
  expect(report).toMatchObject({ state: 'done', counts })
  expect(report.entries.filter(({ action }) => action === 'none')).toMatchObject([
    { appointmentId: 'second', reason: 'MAIL_BUDGET' },
    { direction: 'inbound', reason: 'beforeBackfill' },
  ])
  expect(await system.mailbox(alice)).toMatchObject({ mails: { recipients: 0 } })
  expectUntouched(system, start)

  await set({ outbound: 'on', inbound: 'on' })
  await system.settled(alice, 'first', 1)
  await eventually(() => expect(toldOf(system)).toHaveLength(1))
  await eventually(async () =>
    expect(await system.state(alice, 'second')).toMatchObject({ outbound: { code: 'MAIL_BUDGET' } }),
  )
  expectDone(system, report, start)
})

test('says that the brake would be on, and leaves it off; for all mailboxes, page by page', async () => {
  const system = await startSystem({ env: { ...env, BRAKE_DELETES: '2' } })
  const { send, set, settled, simulator } = system
  const ids = ['A', 'B', 'C']
  await send(...ids.map((id) => event({ id, version: 1 }, appointment())))
  for (const id of ids) await settled(alice, id, 1)
  await set({ outbound: 'off' }, alice)
  await send(...ids.map((id) => event({ id, version: 2 })))
  const ofAlice = `mailboxes/${alice}/dry-run`
  expect(await ask(system, ofAlice)).toMatchObject({ status: 404 })

  expect(await ask(system, 'dry-run', 'POST')).toMatchObject({ status: 202 })
  const all = await eventually(async () => {
    const answer = await ask(system, 'dry-run')
    expect(answer).toMatchObject({ running: 0 })
    return answer
  })
  expect(all).toMatchObject({
    counts: { 'braked.outbound': 1, 'waiting.outbound': 3, 'outbound.none': 3 },
    mailboxes: [{ state: 'done' }, { state: 'done' }, { state: 'done' }],
  })
  expect(await ask(system, 'dry-run?limit=2')).toMatchObject({ mailboxes: { length: 2 }, next: 2 })
  const lastPage = await ask(system, 'dry-run?limit=2&after=2')
  expect(lastPage).toMatchObject({ counts: { 'braked.outbound': 1 }, mailboxes: { length: 1 } })
  expect(lastPage).not.toHaveProperty('next')
  const [, ...others] = ids.map((id) => ({ appointmentId: id, action: 'none', reason: 'BRAKE' }))
  expect(await ask(system, `${ofAlice}?limit=2&after=1`)).toMatchObject({ entries: others })
  const isStopped = async () => (await system.mailbox(alice))['brakes'] !== undefined
  expect(await isStopped()).toBe(false)
  await set({ outbound: 'on' }, alice)
  await eventually(async () => expect(await isStopped()).toBe(true))
  expect(simulator.calendarOf(alice)).toHaveLength(3)

  const { exitCode, facts } = await runLockstep(['dry-run', alice, '--json'], { env: system.env })
  expect({ exitCode, facts }).toMatchObject({
    exitCode: 0,
    facts: [{ mailbox: alice, state: 'done', counts: { 'braked.outbound': 1, 'waiting.outbound': 3 } }],
  })
  simulator.states.set(alice, { kind: 'disabled' })
  expect(await dryRunOf(system)).toMatchObject({ state: 'failed', code: 'ErrorAccountDisabled' })
})

type Start = {
  /** The appointment of each item. */
  readonly items: ReadonlyMap<string, string>
  readonly calls: Readonly<Record<string, number>>
  readonly exchange: number
  readonly mails: number
  readonly told: number
}

function startOf(system: System, items: ReadonlyMap<string, string> = new Map()): Start {
  const { calls, exchanges, mails } = system.simulator
  return { items, calls, exchange: exchanges.lastId, mails: mails.length, told: toldOf(system).length }
}

/** Nothing was written, mailed or told since, and no content of private items read. */
function expectUntouched(system: System, start: Start): void {
  const { calls, exchanges, mails } = system.simulator
  for (const operation of ['CreateItem', 'UpdateItem', 'DeleteItem', 'MoveItem', 'SendItem'])
    expect({ operation, calls: calls[operation] }).toEqual({ operation, calls: start.calls[operation] })
  expect(mails).toHaveLength(start.mails)
  expect(toldOf(system)).toHaveLength(start.told)
  const read = exchanges.list('secret of alice').filter(({ id }) => id > start.exchange)
  expect(read).toEqual([])
}

/** What went over the wire since, to Exchange and to the application, is what the dry run said, no more and no less. */
function expectDone(system: System, { entries, counts }: Report, start: Start): void {
  const { simulator } = system
  const writes = wireWrites(simulator, alice, start.exchange)
  const named = writes.map(({ of, ...write }) => ({ ...write, id: start.items.get(of) ?? of }))
  expect(sorted(named)).toEqual(sorted(writesIn(entries)))
  expect(sorted(toldOf(system).slice(start.told))).toEqual(sorted(changesIn(entries)))
  expect(simulator.mails.length - start.mails).toBe(counts['recipients'] ?? 0)
}

function toldOf({ application }: System) {
  return application.received
    .filter(({ data }) => data.mailbox === alice)
    .map(({ type, data: { appointmentId: id, changed, reason } }) => {
      const kind = type.replace('appointment.', '')
      return { kind, id, changed: changed.toSorted(), ...(reason && { reason }) }
    })
}
