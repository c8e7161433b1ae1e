import { randomBytes } from 'node:crypto'
import { createLogger } from '@lockstep/runtime'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { aToken, notify } from '../support/notifications.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

/** What the ingress lets through for one mailbox: so many reads at once, and then one in this time. */
const burst = 10
const everyMs = 250

describe('forged notifications', () => {
  test('with a guessed token cost no read, however many they are, and real ones arrive among them', async () => {
    const { ingressUrl, simulator, application, reads } = await setUp()
    const before = reads()
    const guesses = Array.from({ length: 500 }, (_, n) => randomBytes(n % 2 ? 48 : 32).toString('base64url'))
    const answers = Promise.all(guesses.map((guess) => notify(ingressUrl, guess)))
    simulator.userCreates(bob, { subject: 'Real', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([404]))
    // The real one, and what is looked at now and then without being told.
    expect(reads() - before).toBeLessThanOrEqual(10)
  })

  test('with a token that got out cost a read each at most, and a flood of them no more than its pace', async () => {
    const { ingressUrl, env, reads, wakes, isRead } = await setUp()
    const token = await aToken(env, alice)
    const before = { reads: reads(), wakes: wakes() }
    const firstMs = Date.now()
    expect((await notify(ingressUrl, token)).status).toBe(200)
    await isRead(alice, firstMs)
    expect(reads() - before.reads).toBe(1)

    const startedMs = performance.now()
    const atOnce = Array.from({ length: 600 }, () => notify(ingressUrl, token))
    const statuses = (await Promise.all(atOnce)).map(({ status }) => status)
    expect(new Set([...statuses, 200, 429])).toEqual(new Set([200, 429]))
    const lines = Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 10; n += 1) expect((await notify(ingressUrl, token)).status).toBe(200)
    })
    await Promise.all(lines)
    const most = 1 + burst + 1 + (performance.now() - startedMs) / everyMs
    expect(wakes() - before.wakes).toBeLessThanOrEqual(most)
    const lastMs = Date.now()
    await notify(ingressUrl, token)
    await isRead(alice, lastMs)
    expect(reads() - before.reads).toBeLessThanOrEqual(most + 1)
  })

  test('leave nothing undone: a change among a flood with the mailbox’s own token arrives', async () => {
    const { ingressUrl, env, simulator, application } = await setUp()
    const token = await aToken(env, alice)
    const flood = Promise.all(Array.from({ length: 300 }, () => notify(ingressUrl, token)))
    simulator.userCreates(alice, { subject: 'Real', start, end })
    await eventually(() => expect(application.received).toHaveLength(1))
    await flood
  })
})

/** Mailboxes are read when somebody says that they changed, and otherwise not for a long time. */
async function setUp() {
  const told: string[] = []
  const log = createLogger('test', 'info', { write: (line) => void told.push(line) })
  const system = await startSystem({
    env: { MAILBOXES: [alice, bob].join(','), POLL_SECONDS: '600', STATUS_FREQUENCY_MINUTES: '30' },
    log,
  })
  for (const mailbox of [alice, bob]) await isHeard(system, mailbox)
  return {
    ...system,
    reads: () => system.simulator.calls['SyncFolderItems'] ?? 0,
    /** How often a notification got as far as a mailbox. */
    wakes: () => told.filter((line) => line.includes('"notification"')).length,
    /** What was notified of before that time is read. */
    isRead: async (address: string, atMs: number) =>
      eventually(async () => {
        const { currentAt } = (await system.mailbox(address)) as { currentAt: string }
        expect(Date.parse(currentAt)).toBeGreaterThanOrEqual(atMs)
      }),
  }
}

/** Exchange has called for this mailbox, and what followed of it is read. */
async function isHeard({ mailbox }: System, address: string): Promise<void> {
  await eventually(async () => {
    const { subscription, currentAt } = (await mailbox(address)) as {
      subscription?: { startedAt: string; heardAt: string }
      currentAt?: string
    }
    expect(Date.parse(subscription?.heardAt ?? '')).toBeGreaterThan(Date.parse(subscription!.startedAt))
    expect(currentAt).toBeDefined()
  })
}
