import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { dryRunOf, type Entry, keysOf } from '../support/dry-run.ts'
import { fillMailbox, unsettleMailbox } from '../support/mixed-mailbox.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { wireWrites } from '../support/wire-writes.ts'

const env = { POLL_SECONDS: '0.5' }

describe('a dry run of a mailbox in which everything happened on both sides', () => {
  test.each([
    { policy: 'exchange', mute: false },
    { policy: 'application', mute: true },
  ])(
    'writes and tells nothing, and the real run does just what it says: $policy',
    async ({ policy, mute }) => {
      const system = await startSystem({ env: { ...env, CONFLICT_POLICY: policy } })
      const { application, set, simulator } = system
      const items = await fillMailbox(system)
      await set({ outbound: 'off', inbound: 'off', mute }, alice)
      await unsettleMailbox(system, items)
      const before = await keysOf(system)
      const { calls } = simulator
      const start = {
        told: toldOf(system).length,
        mails: simulator.mails.length,
        exchange: simulator.exchanges.lastId,
      }

      const report = await dryRunOf(system)
      console.log(JSON.stringify(report.counts), report.entries.map((e) => JSON.stringify(e)).join('\n'))
      expect(report.state).toBe('done')
      expect(await keysOf(system)).toEqual(before)
      for (const operation of ['CreateItem', 'UpdateItem', 'DeleteItem', 'MoveItem', 'Subscribe'])
        expect(simulator.calls[operation]).toBe(calls[operation])
      expect(simulator.mails).toHaveLength(start.mails)
      expect(toldOf(system)).toHaveLength(start.told)

      await set({ outbound: 'on', inbound: 'on' }, alice)
      await atRest(system, report.entries)
      const writes = wireWrites(simulator, alice, start.exchange).map(({ of, isMailed, ...write }) => ({
        ...write,
        id: items.get(of) ?? of,
        isMailed,
      }))
      expect(sorted(writes)).toEqual(sorted(writesIn(report.entries)))
      const told = toldOf(system).slice(start.told)
      expect(sorted(told)).toEqual(sorted(changesIn(report.entries)))
      expect(simulator.mails.length - start.mails).toBe(report.counts['recipients'] ?? 0)
      expect(application.received.length).toBeGreaterThan(0)
    },
  )
})

function toldOf({ application }: System) {
  return application.received
    .filter(({ data }) => data.mailbox === alice)
    .map(({ type, data: { appointmentId: id, changed, reason } }) => ({
      kind: type.replace('appointment.', ''),
      id,
      changed: changed.toSorted(),
      reason,
    }))
}

function changesIn(entries: readonly Entry[]) {
  return entries
    .filter(({ direction, action }) => direction === 'inbound' && action !== 'none')
    .map(({ appointmentId: id, action: kind, changed = [], reason }) => ({
      kind,
      id,
      changed: changed.toSorted(),
      reason,
    }))
}

function writesIn(entries: readonly Entry[]) {
  return entries
    .filter(({ direction, action }) => direction === 'outbound' && action !== 'none')
    .map(({ appointmentId: id, action, changed, recipients = 0 }) => ({
      action: action === 'withdraw' ? 'delete' : action,
      ...(changed && { changed: changed.toSorted() }),
      id,
      isMailed: recipients > 0,
    }))
}

/** Nothing is left to be done in the mailbox; what the dry run says to rest does. */
async function atRest({ state, synced }: System, entries: readonly Entry[]): Promise<void> {
  await synced(alice)
  const ids = [...new Set(entries.map(({ appointmentId }) => appointmentId))]
  await eventually(async () => {
    const states = await Promise.all(ids.map((id) => state(alice, id)))
    expect(states.map((each) => each.state)).not.toContain('pending')
  }, 15_000)
  await synced(alice)
}

function sorted<Value extends object>(values: readonly Value[]): string[] {
  return values.map((value) => JSON.stringify(value, Object.keys(value).toSorted())).toSorted()
}
