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
/** What the container runtime is told to wait before it kills. */
const drainLimitMs = 6_000
/** What was in hand and not ended is left alone for so long. */
const leaseMs = 10_000

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
    const startedAtMs = Date.now()
    await startWorkerProcess('outbound-worker', system.env)
    await Promise.all(
      mailboxes.flatMap((mailbox) => ids.map((id) => system.settled(mailbox, id, 1, leaseMs - 2_000))),
    )
    report({ drainedInMs, doneBefore, restSettledInMs: Date.now() - startedAtMs })
    await expectOneItemEach(system)
  }, 60_000)

  test.runIf(isLong)(
    'while Exchange does not answer ends within its limit too',
    async () => {
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
      for (const mailbox of mailboxes) for (const id of ids) await system.settled(mailbox, id, 1, 20_000)
      report({ unanswered: true, drainedInMs, restSettledInMs: Date.now() - startedAtMs })
      await expectOneItemEach(system)
    },
    60_000,
  )
})

async function sendAll({ send }: System): Promise<void> {
  for (const mailbox of mailboxes)
    await send(...ids.map((id) => event({ id, version: 1, mailbox }, appointment({ subject: id }))))
}

function countOf({ simulator }: System): number {
  return mailboxes.reduce((sum, mailbox) => sum + simulator.calendarOf(mailbox).length, 0)
}

async function expectDrained(worker: WorkerProcess): Promise<number> {
  const askedAtMs = Date.now()
  worker.signal('SIGTERM')
  expect(await worker.ended).toBe(0)
  const drainedInMs = Date.now() - askedAtMs
  expect(drainedInMs).toBeLessThan(drainLimitMs)
  return drainedInMs
}

async function expectOneItemEach({ simulator }: System): Promise<void> {
  for (const mailbox of mailboxes) {
    const subjects = simulator.calendarOf(mailbox).map(({ subject }) => subject)
    expect(subjects.toSorted()).toEqual(ids.toSorted())
  }
}
