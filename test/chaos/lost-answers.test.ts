import type { Simulator } from '@lockstep/exchange-simulator'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { report, rounds } from '../support/rounds.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const times = rounds(2, 10)

type Loss = Parameters<Simulator['faults']['add']>[0]

const losses: [string, Loss][] = [
  ['before the effect', { kind: 'dropBeforeEffect' }],
  ['after the effect', { kind: 'dropAfterEffect' }],
  ['and the effect comes late', { kind: 'lateEffect', effectAfterMs: 3_000 }],
]

/** The circuit would open and end the row of losses early. */
const env = { BREAKER_MINIMUM_CALLS: '1000', POLL_SECONDS: '0.5' }

describe.each(losses)('answers that are lost %s', (name, loss) => {
  test(`${times} creations in a row: one item, with the newest content, and no mail`, async () => {
    const system = await startSystem({ env })
    const fault = system.simulator.faults.add({ ...loss, operation: 'CreateItem', times })
    for (let version = 1; version <= times; version++) {
      await system.send(event({ id: 'A', version }, appointment({ subject: `Version ${version}` })))
      await expectStruck(system, fault, version)
    }
    await expectOneItem(system, { version: times, name })
  }, 60_000)

  test(`${times} updates in a row: one item, with the newest content`, async () => {
    const system = await startShared()
    for (let version = 2; version < times + 2; version++) {
      system.simulator.faults.add({ ...loss, operation: 'UpdateItem', times: 1 })
      await system.send(event({ id: 'A', version }, appointment({ subject: `Version ${version}` })))
      await system.settled(alice, 'A', version, 10_000)
    }
    await expectOneItem(system, { version: times + 1, name })
  }, 90_000)

  test(`${times} deletions in a row: nothing is left, and a newer version creates it anew`, async () => {
    const system = await startShared()
    let version = 1
    for (let round = 0; round < times; round++) {
      const struck = system.simulator.faults.add({ ...loss, operation: 'DeleteItem', times: 1 })
      await system.send(event({ id: 'A', version: ++version }))
      await system.settled(alice, 'A', version, 10_000)
      await expectStruck(system, struck)
      expect(system.simulator.calendarOf(alice)).toEqual([])
      await system.send(event({ id: 'A', version: ++version }, appointment({ subject: `Version ${version}` })))
      await system.settled(alice, 'A', version)
    }
    await expectOneItem(system, { version, name })
  }, 90_000)
})

/** An appointment that is settled and quiet. */
async function startShared(): Promise<System> {
  const system = await startSystem({ env })
  await system.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Version 1' })))
  await system.settled(alice, 'A', 1)
  return system
}

/** The fault has struck so often, or is used up, or there is nothing left for it to strike. */
async function expectStruck({ simulator, state }: System, id: string, hits = 1): Promise<void> {
  await eventually(async () => {
    const fault = simulator.faults.active.find((each) => each.id === id)
    const isSettled = (await state(alice, 'A')).state === 'settled'
    expect(isSettled || !fault || fault.hits >= hits).toBe(true)
  }, 10_000)
}

async function expectOneItem(system: System, { version, name }: { version: number; name: string }) {
  const { simulator, application } = system
  await system.settled(alice, 'A', version, 30_000)
  await eventually(() => expect(simulator.faults.active).toEqual([]))
  await eventually(async () => {
    await system.synced(alice)
    expect(simulator.calendarOf(alice)).toMatchObject([{ subject: `Version ${version}` }])
  }, 10_000)
  await system.settled(alice, 'A', version)
  const { CreateItem, UpdateItem, DeleteItem } = simulator.calls
  report({ lost: name, times, CreateItem, UpdateItem, DeleteItem })
  expect(simulator.mails).toEqual([])
  expect(application.received).toEqual([])
}
