import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { report, rounds } from '../support/rounds.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const times = rounds(1, 10)

const losses = [
  { name: 'before the effect', kind: 'dropBeforeEffect' },
  { name: 'after the effect', kind: 'dropAfterEffect' },
  { name: 'and the effect comes late', kind: 'lateEffect', effectAfterMs: 3_000 },
] as const

type Loss = (typeof losses)[number]

/** An open circuit would end the row of losses early. */
const env = { BREAKER_MINIMUM_CALLS: '1000', POLL_SECONDS: '0.5' }

describe('answers to writes', () => {
  test.each(losses)(
    `that are lost $name, ${times} in a row: one item each, with the newest content, and no mail`,
    async (loss) => {
      const system = await startSystem({ env })
      const newest = await Promise.all([
        loseCreations(system, alice, loss),
        loseUpdates(system, bob, loss),
        loseDeletions(system, carol, loss),
      ])
      for (const [index, mailbox] of [alice, bob, carol].entries())
        await expectOneItem(system, mailbox, newest[index]!)

      const { CreateItem, UpdateItem, DeleteItem } = system.simulator.calls
      report({ lost: loss.name, times, CreateItem, UpdateItem, DeleteItem })
      expect(system.simulator.mails).toEqual([])
      expect(system.application.received).toEqual([])
    },
    180_000,
  )
})

/** A new version for each loss; what was lost after its effect is found, so that there is nothing more to create. */
async function loseCreations(system: System, mailbox: string, loss: Loss): Promise<number> {
  const { simulator, state } = system
  const id = lose(system, loss, { operation: 'CreateItem', mailbox, times })
  for (let version = 1; version <= times; version++) {
    await write(system, mailbox, version)
    await eventually(async () => {
      const isSettled = (await state(mailbox, 'A')).state === 'settled'
      expect(isSettled || hitsOf(system, id) >= version).toBe(true)
    }, 10_000)
  }
  await system.settled(mailbox, 'A', times, 30_000)
  simulator.faults.remove(id)
  return times
}

async function loseUpdates(system: System, mailbox: string, loss: Loss): Promise<number> {
  await write(system, mailbox, 1)
  await system.settled(mailbox, 'A', 1)
  for (let version = 2; version < times + 2; version++) {
    const id = lose(system, loss, { operation: 'UpdateItem', mailbox, times: 1 })
    await write(system, mailbox, version)
    await system.settled(mailbox, 'A', version, 10_000)
    expect(hitsOf(system, id)).toBe(Number.POSITIVE_INFINITY)
  }
  return times + 1
}

/** Each time it is gone, and a newer version creates it anew. */
async function loseDeletions(system: System, mailbox: string, loss: Loss): Promise<number> {
  await write(system, mailbox, 1)
  await system.settled(mailbox, 'A', 1)
  for (let version = 2; version <= 2 * times; version += 2) {
    const id = lose(system, loss, { operation: 'DeleteItem', mailbox, times: 1 })
    await system.send(event({ id: 'A', version, mailbox }))
    await system.settled(mailbox, 'A', version, 10_000)
    expect(hitsOf(system, id)).toBe(Number.POSITIVE_INFINITY)
    expect(system.simulator.calendarOf(mailbox)).toEqual([])
    await write(system, mailbox, version + 1)
    await system.settled(mailbox, 'A', version + 1)
  }
  return 2 * times + 1
}

type Scope = { operation: string; mailbox: string; times: number }

function lose({ simulator }: System, { name: _name, ...effect }: Loss, scope: Scope): string {
  return simulator.faults.add({ ...effect, ...scope })
}

/** How often the fault struck; once it is used up, without end. */
function hitsOf({ simulator }: System, id: string): number {
  return simulator.faults.active.find((fault) => fault.id === id)?.hits ?? Number.POSITIVE_INFINITY
}

async function write({ send }: System, mailbox: string, version: number): Promise<void> {
  await send(event({ id: 'A', version, mailbox }, appointment({ subject: `Version ${version}` })))
}

/** Also once what came late was folded. */
async function expectOneItem(system: System, mailbox: string, version: number): Promise<void> {
  await eventually(async () => {
    await system.synced(mailbox)
    expect(system.simulator.calendarOf(mailbox)).toMatchObject([{ subject: `Version ${version}` }])
  }, 10_000)
  await system.settled(mailbox, 'A', version)
}
