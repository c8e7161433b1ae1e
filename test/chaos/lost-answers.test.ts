import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { report, rounds } from '../support/rounds.ts'
import { alice, startSystem, type System } from '../support/system.ts'

const times = rounds(1, 10)

/** Before the effect, after it, and with an effect that comes later than the repetition. */
const losses = [
  { kind: 'dropBeforeEffect' },
  { kind: 'dropAfterEffect' },
  { kind: 'lateEffect', effectAfterMs: 3_000 },
] as const
const operations = ['create', 'update', 'delete'] as const

type Loss = (typeof losses)[number]

/** An open circuit would end the row of losses early. */
const env = { BREAKER_MINIMUM_CALLS: '1000', POLL_SECONDS: '0.5' }

describe('answers to writes', () => {
  test(`that are lost, ${times} in a row of each kind: one item each, with the newest content, and no mail`, async () => {
    const mailboxes = losses.flatMap(({ kind }) => operations.map((operation) => mailboxOf(kind, operation)))
    const system = await startSystem({ env, mailboxes })
    await Promise.all(
      losses.map(async (loss) => {
        const newest = await Promise.all([
          loseCreations(system, mailboxOf(loss.kind, 'create'), loss),
          loseUpdates(system, mailboxOf(loss.kind, 'update'), loss),
          loseDeletions(system, mailboxOf(loss.kind, 'delete'), loss),
        ])
        for (const [index, operation] of operations.entries())
          await expectOneItem(system, mailboxOf(loss.kind, operation), newest[index]!)
      }),
    )
    const { CreateItem, UpdateItem, DeleteItem } = system.simulator.calls
    report({ lostInARow: times, CreateItem, UpdateItem, DeleteItem })
    expect(system.simulator.mails).toEqual([])
    expect(system.application.received).toEqual([])
  })
})

function mailboxOf(kind: string, operation: (typeof operations)[number]): string {
  return `${kind}-${operation}@contoso.example`.toLowerCase()
}

/** A new version for each loss; what was lost after its effect is found, so that there is nothing more to create. */
async function loseCreations(system: System, mailbox: string, loss: Loss): Promise<number> {
  const { simulator, state } = system
  const id = lose(system, loss, { operation: 'CreateItem', mailbox, times })
  for (let version = 1; version <= times; version++) {
    await write(system, mailbox, version)
    await eventually(async () => {
      const isSettled = (await state(mailbox, 'A')).state === 'settled'
      expect(isSettled || hitsOf(system, id) >= version).toBe(true)
    })
  }
  await system.settled(mailbox, 'A', times)
  simulator.faults.remove(id)
  return times
}

async function loseUpdates(system: System, mailbox: string, loss: Loss): Promise<number> {
  await write(system, mailbox, 1)
  await system.settled(mailbox, 'A', 1)
  for (let version = 2; version < times + 2; version++) {
    const id = lose(system, loss, { operation: 'UpdateItem', mailbox, times: 1 })
    await write(system, mailbox, version)
    await system.settled(mailbox, 'A', version)
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
    await system.settled(mailbox, 'A', version)
    expect(hitsOf(system, id)).toBe(Number.POSITIVE_INFINITY)
    expect(system.simulator.calendarOf(mailbox)).toEqual([])
    await write(system, mailbox, version + 1)
    await system.settled(mailbox, 'A', version + 1)
  }
  return 2 * times + 1
}

type Scope = { operation: string; mailbox: string; times: number }

function lose({ simulator }: System, loss: Loss, scope: Scope): string {
  return simulator.faults.add({ ...loss, ...scope })
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
  })
  await system.settled(mailbox, 'A', version)
}

describe('a creation that lands late', () => {
  test('while it is being repeated is folded all the same, without mail', async () => {
    const gate = await startEwsGate()
    const system = await startSystem({ gate, env: { ...env, EWS_TIMEOUT_SECONDS: '2' } })
    const scope = { operation: 'CreateItem', mailbox: alice }
    const first = gate.hold('request', scope)
    await write(system, alice, 1)
    await first.reached
    const repeated = gate.hold('answer', scope)
    await repeated.reached
    const seen = gate.calls.length
    first.release()
    await eventually(() => {
      expect(system.simulator.calendarOf(alice)).toHaveLength(2)
      expect(gate.calls.slice(seen)).toContainEqual(
        expect.objectContaining({
          operation: 'SyncFolderItems',
          mailbox: alice,
          answeredAtMs: expect.any(Number),
        }),
      )
    })
    repeated.release()
    await system.settled(alice, 'A', 1)
    expect(gate.calls.filter(({ operation }) => operation === 'CreateItem')).toHaveLength(2)

    await expectOneItem(system, alice, 1)
    expect(system.simulator.mails).toEqual([])
    expect(system.application.received).toEqual([])
  })
})
