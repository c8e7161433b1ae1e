import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { type EwsGate, startEwsGate } from '../support/ews-gate.ts'
import { report, rounds } from '../support/rounds.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const items = rounds(1_200, 5_000)
const itemsInPage = 512
const limitMs = 240_000
const times = {
  start: { dateTime: '2031-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2031-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

test(
  'a full mailbox whose worker is killed in the middle is told whole, listed once, and others need not wait',
  async () => {
    const gate = await startEwsGate()
    // Compared at start and when notified, and not besides; told page by page.
    const system = await startSystem({
      gate,
      without: ['inbound'],
      env: { COMPARE_SECONDS: '3600', REBUILD_WAIT_SECONDS: '1' },
    })
    const { simulator, application } = system
    for (let n = 0; n < items; n++) simulator.userCreates(alice, { subject: `Item ${n}`, ...times })

    const pages = Math.ceil(items / itemsInPage)
    const held = { kind: 'latency', ms: 60_000, operation: 'SyncFolderItems', mailbox: alice } as const
    const hold = simulator.faults.add({ ...held, after: Math.floor(pages / 2) })
    const startedAtMs = Date.now()
    const first = await startWorkerProcess('inbound-worker', system.env)
    await eventually(() => expect(toldOf(system, alice).size).toBeGreaterThan(items / 4), limitMs)
    first.signal('SIGKILL')
    await first.ended
    simulator.faults.remove(hold)
    const toldBefore = toldOf(system, alice).size
    const before = await listingOf(system)
    expect(before.items).toBeLessThan(items)
    await startWorkerProcess('inbound-worker', system.env)
    const waitedMs = await tellOther(system)
    expect(toldOf(system, alice).size).toBeLessThan(items)

    await eventually(() => expect(toldOf(system, alice).size).toBe(items), limitMs)
    const tookMs = Date.now() - startedAtMs
    const whole = { startedAt: before.startedAt, finishedAt: expect.any(String), items, remaining: 0 }
    await eventually(async () => expect(await listingOf(system)).toMatchObject(whole))
    expect(syncsOf(gate)).toBeLessThan(pages + 5)
    const deliveries = application.received.filter(({ data }) => data.mailbox === alice).length
    report({ items, tookMs, toldBefore, deliveries, syncs: syncsOf(gate), otherWaitedMs: waitedMs })
  },
  limitMs + 60_000,
)

async function listingOf({ mailbox }: System) {
  return (await mailbox(alice))['listing'] as { startedAt: string; items: number }
}

function toldOf({ application }: System, mailbox: string): Set<string> {
  const own = application.received.filter(({ data }) => data.mailbox === mailbox)
  return new Set(own.map(({ data }) => data.appointmentId))
}

/** How long a change in another mailbox takes meanwhile. */
async function tellOther(system: System): Promise<number> {
  const enteredAtMs = Date.now()
  system.simulator.userCreates(bob, { subject: 'Among many', ...times })
  await eventually(() => expect(toldOf(system, bob).size).toBe(1))
  return Date.now() - enteredAtMs
}

function syncsOf({ calls }: EwsGate): number {
  return calls.filter(({ operation, mailbox }) => operation === 'SyncFolderItems' && mailbox === alice).length
}
