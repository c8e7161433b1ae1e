import { anAppointment, MemoryCalendarGateway } from '@lockstep/exchange/testing'
import { createConflictSeal, createLedger } from '@lockstep/ledger'
import { createDigest, createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { createDryRun } from './dry-run.ts'

const alice = 'alice@contoso.example'
const leaseMs = 10_000

test('says that the second item of an appointment would be removed, and leaves it', async () => {
  const { redis, prefix } = testRedis()
  const ledger = createLedger(redis, { prefix })
  const { id } = await ledger.enable(alice, Date.now())
  const exchange = new MemoryCalendarGateway()
  const appointment = anAppointment({ subject: 'Twice' })
  await ledger.accept(id, 'A', { kind: 'present', version: 1, atMs: Date.now(), appointment }, Date.now())
  // The answers to two creations were lost.
  for (const nowMs of [Date.now(), Date.now() + leaseMs]) {
    const [attempt] = await ledger.beginOutbound(id, { limit: 1, nowMs, leaseMs })
    const stamp = { appointmentId: 'A', ...attempt!.record.intent! }
    await exchange.createItems(alice, [{ appointment, stamp, send: 'none' }])
  }
  await ledger.startDryRun(id, Date.now())
  const slice = (await ledger.beginDryRunSlice(id, Date.now()))!
  await ledger.copyForDryRun(slice, Date.now())
  await ledger.passDryRun(slice, 'outbound', Date.now())
  await dryRunOn(ledger, exchange)(slice, new AbortController().signal)

  expect(await ledger.dryRun(id)).toMatchObject({ counts: { 'outbound.fold': 1 } })
  expect(await exchange.findByStamp(alice, 'A')).toHaveLength(2)
})

function dryRunOn(ledger: ReturnType<typeof createLedger>, gateway: MemoryCalendarGateway) {
  const settingDefaults = { conflictPolicy: 'exchange', mute: false } as const
  return createDryRun({
    ledger,
    gateway,
    digest: createDigest('key'),
    log: createLogger('test', 'silent'),
    settings: {
      lateCallMs: 1_000,
      leaseMs,
      refusePersonal: false,
      mailBudget: 200,
      createsUnconfirmed: false,
      rebuildWaitMs: 600_000,
      brake: { deletions: 0, percent: 100, windowMs: 60_000 },
      oscillation: { crossings: 0, windowMs: 60_000 },
    },
    conflicts: { seal: createConflictSeal('key'), keepMs: 0 },
    deliveries: { wakeQuietly: async () => true },
    options: { sliceMs: 1_000, leaseMs, batch: 10, settingDefaults },
  })
}
