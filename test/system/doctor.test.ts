import { RedisBudget } from '@lockstep/exchange'
import { freePort } from '@lockstep/local'
import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runLockstep } from '../support/lockstep-command.ts'
import { aFile } from '../support/logon.ts'
import { alice, bob, carol, startSystem } from '../support/system.ts'
import { authority, startTlsServer } from '../support/tls-server.ts'

const service = { address: 'svc-lockstep@contoso.example', password: 'lockstep' }
const scoped = [
  { ...service, impersonates: [alice, bob] },
  { address: alice },
  { address: bob },
  { address: carol },
]

describe('lockstep doctor', () => {
  test('finds nothing to mend where all is well, from Redis to the notification', async () => {
    const { doctor, system } = await setUp()
    const { exitCode, steps, facts } = await doctor('--mailbox', alice, '--outside', carol)
    expect(steps).toEqual({
      redis: 'ok',
      'redis durability': expect.stringMatching(/^ok|warning$/),
      'redis eviction': expect.stringMatching(/^ok|failed$/),
      switches: 'ok',
      endpoint: 'ok',
      name: 'ok',
      connection: 'ok',
      certificate: 'ok',
      trusted: 'ok',
      logon: 'ok',
      clock: 'ok',
      version: 'ok',
      budget: 'ok',
      resolve: 'ok',
      impersonate: 'ok',
      read: 'ok',
      write: 'ok',
      delete: 'ok',
      subscribe: 'ok',
      notification: 'ok',
      scope: 'ok',
    })
    expect(facts.at(-1)).toMatchObject({ ok: true, failed: 0 })
    expect(exitCode).toBe(0)
    expect(system.simulator.calendarOf(alice)).toEqual([])
    expect(system.simulator.mails).toEqual([])
  })

  test('waits for another process that is trying the password for the first time', async () => {
    const system = await startSystem({ env: { MAILBOXES: alice }, without: ['inbound', 'outbound'] })
    const slow = system.simulator.faults.add({ kind: 'latency', ms: 1_500 })
    await system.startWorker('inbound')
    await eventually(() => expect(Object.values(system.simulator.calls)).toEqual([1]))
    system.simulator.faults.remove(slow)
    const args = ['doctor', '--mailbox', alice, '--json', '--wait', '0.2']
    const { facts } = await runLockstep(args, system)
    expect(facts.find(({ step }) => step === 'logon')).toMatchObject({ outcome: 'ok' })
  })

  test('writes for people, with what to do under what is wrong', async () => {
    const { run } = await setUp()
    const { out, exitCode } = await run(['doctor'], { EWS_PASSWORD: 'wrong' })
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      / {2}FAIL {2}logon +Exchange is unavailable \(LOGON_REFUSED\)\n +Exchange does not accept/,
    )
    expect(out).toContain('not examined: "logon" comes first')
    expect(out).not.toContain('wrong')
  })

  test.each([
    ['server', {}, 'TLS_UNKNOWN_AUTHORITY'],
    ['elsewhere', { EWS_CA_FILE: authority.file }, 'TLS_WRONG_HOST'],
    ['expired', { EWS_CA_FILE: authority.file }, 'TLS_EXPIRED'],
  ] as const)(
    'refuses the certificate %s with the mend, and sends nothing',
    async (certificate, env, code) => {
      const { url, requests } = await startTlsServer(certificate)
      const { doctor } = await setUp({ EWS_CA_FILE: '', EWS_URL: url, ...env })
      const { steps, reasons, exitCode } = await doctor()
      expect(reasons['certificate']).toMatchObject({ code, mend: expect.any(String) })
      expect(steps).toMatchObject({ logon: 'skipped', mailbox: 'skipped' })
      expect(exitCode).toBe(1)
      expect(requests).toEqual([])
    },
  )

  test('tells that Exchange does not reach the ingress; mailboxes are compared all the same', async () => {
    const { doctor } = await setUp({ INGRESS_PUBLIC_URL: `http://127.0.0.1:${await freePort()}` })
    const { reasons, exitCode } = await doctor('--wait', '0.3')
    expect(reasons['notification']).toMatchObject({ outcome: 'warning', code: 'NOTIFICATION_NOT_HEARD' })
    expect(exitCode).toBe(0)
  })

  test('with streaming, hears of a test item over a connection of its own, and leaves nothing behind', async () => {
    const { doctor, system } = await setUp({ NOTIFICATIONS: 'streaming' })
    const { steps, reasons } = await doctor('--mailbox', bob)
    expect(steps).toMatchObject({ subscribe: 'ok', notification: 'ok' })
    expect(system.simulator.calendarOf(bob)).toEqual([])
    expect(reasons['notification']).toMatchObject({ says: 'Exchange told of the test item' })
    system.simulator.faults.add({ kind: 'notificationLost' })
    expect((await doctor('--mailbox', bob, '--wait', '0.3')).reasons['notification']).toMatchObject({
      outcome: 'warning',
      code: 'STREAMING_NOT_HEARD',
    })
  })

  test('warns of an account that may act for everybody, and believes no denial of a mailbox that is not there', async () => {
    const { doctor } = await setUp({}, [
      { ...service, impersonates: 'all' },
      { address: alice },
      { address: carol },
    ])
    expect((await doctor('--outside', carol)).reasons['scope']).toMatchObject({
      outcome: 'warning',
      code: 'SCOPE_COVERS_ALL',
    })
    expect((await doctor('--outside', 'nobody@contoso.example')).reasons['scope']).toMatchObject({
      outcome: 'failed',
      code: 'SCOPE_NOT_PROVEN',
    })
  })

  test('tells of clocks that differ, and of a budget above the advice', async () => {
    const { doctor, system } = await setUp()
    system.simulator.faults.add({ kind: 'clockSkew', ms: 120_000 })
    expect((await doctor()).reasons['clock']).toMatchObject({
      code: 'CLOCK_SKEW',
      says: expect.stringMatching(/^the server's clock is 1[12]\d\.\d s ahead/),
    })
    const { reasons } = await (await setUp({ EWS_MAX_IN_FLIGHT: '12' })).doctor()
    expect(reasons['budget']).toMatchObject({ code: 'BUDGET_ABOVE_ADVICE' })
  })

  test('tells that Exchange asked for quiet', async () => {
    const { doctor, system } = await setUp()
    const { redis } = testRedis()
    const prefix = system.env['KEY_PREFIX']!
    const budget = new RedisBudget({ redis, prefix, mostInFlight: 10, waitMs: 1 })
    onTestFinished(() => budget.close())
    await budget.backOff(3_600_000)
    expect((await doctor()).reasons['budget']).toMatchObject({ code: 'BACK_OFF_IN_FORCE' })
  })

  test('examines Exchange even where Redis is away', async () => {
    const { doctor } = await setUp({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
    const { steps, reasons, exitCode } = await doctor()
    expect(reasons['redis']).toMatchObject({ code: 'REDIS_AWAY' })
    expect(steps).toMatchObject({ logon: 'ok', write: 'ok', delete: 'ok', subscribe: 'skipped' })
    expect(exitCode).toBe(1)
  })
})

/** A system behind HTTPS, and the doctor of it. */
async function setUp(changes: Record<string, string> = {}, accounts: object = scoped) {
  const system = await startSystem({
    env: { MAILBOXES: alice },
    simulator: { httpsPort: 0, accounts: accounts as never },
  })
  const { url, ca } = system.simulator.secure!
  const own = { EWS_URL: url, EWS_CA_FILE: aFile('ca.pem', ca) }
  const run = (args: string[], more: Record<string, string> = {}) =>
    runLockstep(args, { env: { ...system.env, ...own, ...changes, ...more } })
  return {
    system,
    run,
    doctor: async (...args: string[]) => summed(await run(['doctor', '--json', ...args])),
  }
}

function summed({ exitCode, facts }: Awaited<ReturnType<typeof runLockstep>>) {
  const steps = facts.filter((fact) => typeof fact['step'] === 'string')
  return {
    exitCode,
    facts,
    steps: Object.fromEntries(steps.map(({ step, outcome }) => [step, outcome])),
    reasons: Object.fromEntries(steps.map((fact) => [fact['step'], fact])) as Record<string, object>,
  }
}
