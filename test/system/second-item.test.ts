import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem } from '../support/system.ts'

test('a second item that a late answer has left is removed, though Exchange fails at first', async () => {
  const { simulator, ...bed } = await startSystem({ env: { POLL_SECONDS: '0.5' } })
  simulator.faults.add({ kind: 'lateEffect', operation: 'CreateItem', effectAfterMs: 6_000, times: 1 })
  const failing = { kind: 'error', code: 'ErrorMailboxStoreUnavailable', operation: 'DeleteItem' } as const
  simulator.faults.add({ ...failing, times: 1 })
  await bed.send(event({ id: 'A', version: 1 }, appointment()))
  await bed.settled(alice, 'A', 1)
  await eventually(() => expect(simulator.calls['DeleteItem']).toBe(2))
  await eventually(() => expect(simulator.calendarOf(alice)).toHaveLength(1))
  expect(simulator.mails).toEqual([])
})
