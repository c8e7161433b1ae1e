import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { isLong, report } from '../support/rounds.ts'
import { startSystem, type System } from '../support/system.ts'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts'

/** More than a worker takes in hand together. */
const mailboxes = Array.from({ length: 20 }, (_, index) => `user${index}@contoso.example`)
const ids = Array.from({ length: 20 }, (_, index) => `A${index}`)
/** What is in hand longer than that is given up: the next worker takes it once its lease is over. */
const handLimitMs = 4_000

describe('an outbound worker that gets SIGTERM', () => {
  test('under load ends what it has in hand within its limit, and the next one loses nothing', async () => {
    const system = await startSystem({ mailboxes, without: ['outbound'] })
    system.simulator.faults.add({ kind: 'latency', ms: 300, operation: 'CreateItem' })
    await sendAll(system)
    const worker = await startWorkerProcess('outbound-worker', system.env)
    await eventually(() => expect(countOf(system)).toBeGreaterThan(20))

    const drainedInMs = await expectDrained(worker)
    const doneBefore = countOf(system)
    expect(doneBefore).toBeLessThan(ids.length * mailboxes.length)
    const left = await inHand(system)
    expect(drainedInMs < handLimitMs ? left : []).toEqual([])
    const startedAtMs = Date.now()
    await startWorkerProcess('outbound-worker', system.env)
    await Promise.all(mailboxes.flatMap((mailbox) => ids.map((id) => system.settled(mailbox, id, 1))))
    report({ drainedInMs, doneBefore, restSettledInMs: Date.now() - startedAtMs })
    await expectOneItemEach(system)
  })

  test.runIf(isLong)('while Exchange does not answer ends within its limit too', async () => {
    const gate = await startEwsGate()
    const system = await startSystem({ gate, mailboxes, without: ['outbound'] })
    const worker = await startWorkerProcess('outbound-worker', system.env)
    const held = mailboxes
      .slice(0, 5)
      .map((mailbox) => gate.hold('answer', { operation: 'CreateItem', mailbox }))
    await sendAll(system)
    await Promise.all(held.map(({ reached }) => reached))

    const drainedInMs = await expectDrained(worker)
    const startedAtMs = Date.now()
    await startWorkerProcess('outbound-worker', system.env)
    for (const mailbox of mailboxes) for (const id of ids) await system.settled(mailbox, id, 1)
    report({ unanswered: true, drainedInMs, restSettledInMs: Date.now() - startedAtMs })
    await expectOneItemEach(system)
  })
})

/** What was begun and has no outcome: the next worker would have to wait until its lease is over. Not what only the application is still to hear of. */
async function inHand({ state }: System): Promise<string[]> {
  const all = mailboxes.flatMap((mailbox) => ids.map((id) => ({ mailbox, id })))
  const states = await Promise.all(all.map(({ mailbox, id }) => state(mailbox, id)))
  return all
    .filter((_, n) => (states[n]!.outbound?.attempts ?? 0) > 0)
    .map(({ mailbox, id }) => `${mailbox} ${id}`)
}

async function sendAll({ send }: System): Promise<void> {
  for (const mailbox of mailboxes)
    await send(...ids.map((id) => event({ id, version: 1, mailbox }, appointment({ subject: id }))))
}

function countOf({ simulator }: System): number {
  return mailboxes.reduce((sum, mailbox) => sum + simulator.calendarOf(mailbox).length, 0)
}

/** One that does not end within its limit, which is shorter than what container runtimes wait, ends with 1. */
async function expectDrained(worker: WorkerProcess): Promise<number> {
  const askedAtMs = Date.now()
  worker.signal('SIGTERM')
  expect(await worker.ended).toBe(0)
  return Date.now() - askedAtMs
}

async function expectOneItemEach({ simulator }: System): Promise<void> {
  for (const mailbox of mailboxes) {
    const subjects = simulator.calendarOf(mailbox).map(({ subject }) => subject)
    expect(subjects.toSorted()).toEqual(ids.toSorted())
  }
}
