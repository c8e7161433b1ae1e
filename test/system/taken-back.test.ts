import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { alice, startSystem } from '../support/system.ts'

test('a change that is taken back while it is not known whether it was written stays taken back', async () => {
  const { send, settled, simulator, application } = await startSystem({ env: { LATE_CALL_SECONDS: '4' } })
  const version = (number: number, importance: 'normal' | 'high') =>
    send(event({ id: 'A', version: number }, { ...appointment(), importance }))
  await version(1, 'normal')
  await settled(alice, 'A', 1)
  const [before] = simulator.calendarOf(alice)

  const id = simulator.faults.add({
    kind: 'lateEffect',
    effectAfterMs: 2_000,
    operation: 'UpdateItem',
    times: 1,
  })
  await version(2, 'high')
  await eventually(() => expect(simulator.faults.active.some((fault) => fault.id === id)).toBe(false))
  await version(3, 'normal')
  await settled(alice, 'A', 3)
  await eventually(() => expect(simulator.calendarOf(alice)[0]!.changeKey).not.toBe(before!.changeKey))
  await eventually(() => expect(simulator.calendarOf(alice)).toMatchObject([{ importance: 'normal' }]))
  expect(application.received).toEqual([])
})
