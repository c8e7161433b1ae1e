import { readFileSync } from 'node:fs'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { aFile } from '../support/logon.ts'
import { runLockstep } from '../support/lockstep-command.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const service = { address: 'svc-lockstep@contoso.example', password: 'lockstep' }
const team = 'team@contoso.example'
const lists = [{ address: team, name: 'The Team', members: [alice] }]

/** How many are enabled from a file. Long: MAILBOX_COUNT=1000 CALL_MS=50. */
const total = Number(process.env['MAILBOX_COUNT'] ?? 30)
const callMs = Number(process.env['CALL_MS'] ?? 2)

/** A mailbox for each thing that may be wrong, by its address: how it comes about, and what is said of it. */
const broken: Record<
  string,
  { code: string; step: string; make?: (system: System, address: string) => void }
> = {
  disabled: {
    code: 'ErrorAccountDisabled',
    step: 'impersonate',
    make: ({ simulator }, address) => simulator.states.set(address, { kind: 'disabled' }),
  },
  missing: {
    code: 'ErrorNonExistentMailbox',
    step: 'impersonate',
    make: ({ simulator }, address) => simulator.states.set(address, { kind: 'missing' }),
  },
  full: {
    code: 'ErrorQuotaExceeded',
    step: 'write',
    make: ({ simulator }, address) => simulator.states.set(address, { kind: 'full' }),
  },
  readonly: {
    code: 'ErrorCreateItemAccessDenied',
    step: 'write',
    make: ({ simulator }, mailbox) =>
      void simulator.faults.add({
        kind: 'error',
        code: 'ErrorCreateItemAccessDenied',
        operation: 'CreateItem',
        mailbox,
      }),
  },
  elsewhere: {
    code: 'ErrorProxyRequestNotAllowed',
    step: 'impersonate',
    make: ({ simulator }, address) =>
      simulator.states.set(address, { kind: 'moved', to: 'https://other.contoso.example', as: 'fault' }),
  },
  watched: {
    code: 'ErrorExceededSubscriptionCount',
    step: 'subscribe',
    make: ({ simulator }, mailbox) =>
      void simulator.faults.add({
        kind: 'error',
        code: 'ErrorExceededSubscriptionCount',
        operation: 'Subscribe',
        mailbox,
      }),
  },
  outside: { code: 'ErrorImpersonateUserDenied', step: 'impersonate' },
  misspelt: { code: 'ErrorNameResolutionNoResults', step: 'resolve' },
}
const kinds = Object.keys(broken)
const isOnceOnly = ['not an address', team]

describe('mailboxes from a file', () => {
  test(
    'are tested and enabled; each broken one is reported with its reason, and stops no other',
    { timeout: 600_000 },
    async () => {
      const brokenCount = total >= 100 ? 18 : kinds.length
      const { system, addresses, brokenOnes } = await organisation(total, brokenCount)
      system.simulator.faults.add({ kind: 'latency', ms: callMs })
      const csv = aFile('m.csv', `\uFEFFName;Address\r\n${addresses.map((a) => `"X";${a}\r\n`).join('')}`)
      const report = aFile('report.csv', '')

      const beganMs = performance.now()
      const args = [
        'mailboxes',
        'add',
        '--csv',
        csv,
        '--report',
        report,
        '--json',
        '--outside',
        'outside-0@contoso.example',
      ]
      const { exitCode, facts } = await runLockstep(args, system)
      const tookMs = performance.now() - beganMs

      expect(exitCode).toBe(1)
      expect(facts[0]).toMatchObject({ step: 'scope', outcome: 'ok' })
      const failures = facts.filter(({ outcome }) => outcome === 'failed')
      expect(
        Object.fromEntries(failures.map(({ mailbox, code, step }) => [mailbox, { code, step }])),
      ).toEqual(brokenOnes)
      expect(failures.filter(({ mend }) => typeof mend !== 'string')).toEqual([])
      const good = addresses.length - Object.keys(brokenOnes).length
      expect(facts.at(-1)).toMatchObject({ summary: { enabled: good, failed: failures.length } })
      expect(system.simulator.mails).toEqual([])
      expect(readFileSync(report, 'utf8').split('\r\n')).toHaveLength(addresses.length + 2)
      console.log(`${addresses.length} mailboxes in ${(tookMs / 1_000).toFixed(1)} s at ${callMs} ms a call`)

      const again = await runLockstep(['mailboxes', 'add', '--csv', csv, '--json'], system)
      expect(again.facts.at(-1)).toMatchObject({ summary: { alreadyEnabled: good, failed: failures.length } })
      await leavesNothing(system, addresses)
    },
  )
})

describe('mailboxes from a file over HTTP', () => {
  test(
    'are tested by a worker with the same outcome, whichever worker is killed meanwhile',
    { timeout: 600_000 },
    async () => {
      const { system, addresses, brokenOnes } = await organisation(total, total >= 100 ? 18 : kinds.length)
      system.simulator.faults.add({ kind: 'latency', ms: callMs })
      await system.stopWorker('inbound')
      const held = system.simulator.faults.add({ kind: 'latency', ms: 600_000, operation: 'DeleteItem' })
      const doomed = await startWorkerProcess('inbound-worker', system.env)
      const beganMs = performance.now()
      await ask(system, `address\n${addresses.join('\n')}\n`)
      await eventually(async () => expect((await enablings(system)).counts['testing']).toBeGreaterThan(0))
      doomed.signal('SIGKILL')
      system.simulator.faults.remove(held)
      await system.startWorker('inbound')

      const { mailboxes, counts } = await eventually(async () => {
        const found = await enablings(system)
        expect(found.counts).toMatchObject({ waiting: 0, testing: 0 })
        return found
      }, 550_000)
      const tookMs = performance.now() - beganMs
      const failures = mailboxes.filter(({ state }) => state === 'failed')
      const said = failures.map(({ mailbox, reason }) => [
        mailbox,
        { code: reason?.code, step: reason?.name },
      ])
      expect(Object.fromEntries(said)).toEqual(brokenOnes)
      expect(failures.filter(({ reason }) => typeof reason?.mend !== 'string')).toEqual([])
      expect(counts['enabled']).toBe(addresses.length - failures.length)
      expect(system.simulator.mails).toEqual([])
      console.log(`${addresses.length} over HTTP in ${(tookMs / 1_000).toFixed(1)} s at ${callMs} ms a call`)
      await leavesNothing(system, addresses)
    },
  )
})

type Enablings = {
  counts: Record<string, number>
  mailboxes: { mailbox: string; state: string; reason?: { name: string; code?: string; mend?: string } }[]
}
const authorization = 'Bearer test'

async function ask({ ingressUrl }: System, csv: string): Promise<void> {
  const headers = { authorization, 'content-type': 'text/csv' }
  const response = await fetch(`${ingressUrl}/v1/mailboxes`, { method: 'POST', headers, body: csv })
  expect(response.status).toBe(202)
}

async function enablings({ ingressUrl }: System): Promise<Enablings> {
  return (await (
    await fetch(`${ingressUrl}/v1/enablings?limit=1000`, { headers: { authorization } })
  ).json()) as Enablings
}

/** An organisation with so many mailboxes in the scope of the account, some of them broken, and what is to be said of those. */
async function organisation(count: number, brokenCount: number) {
  const brokenNames = Array.from({ length: brokenCount }, (_, index) => ({
    kind: kinds[index % kinds.length]!,
    address: `${kinds[index % kinds.length]!}-${Math.floor(index / kinds.length)}@contoso.example`,
  }))
  const goodCount = count - brokenCount - isOnceOnly.length
  const good = Array.from({ length: goodCount }, (_, index) => `user-${index}@contoso.example`)
  const inScope = [
    alice,
    ...good,
    ...brokenNames.filter(({ kind }) => kind !== 'outside').map(({ address }) => address),
  ]
  const accounts = [{ ...service, impersonates: inScope }, { address: alice }]
  const system = await startSystem({
    env: { MAILBOXES: alice },
    simulator: { accounts, distributionLists: lists },
  })
  for (const { kind, address } of brokenNames) if (kind !== 'misspelt') system.simulator.addMailbox(address)
  for (const address of good) system.simulator.addMailbox(address)
  for (const { kind, address } of brokenNames) broken[kind]!.make?.(system, address)

  const said = brokenNames.map(({ kind, address }) => {
    const { code, step } = broken[kind]!
    return [address, { code, step }] as const
  })
  const brokenOnes = Object.fromEntries([
    ...said,
    ['not an address', { code: 'INVALID_ADDRESS', step: 'address' }],
    [team, { code: 'NOT_A_MAILBOX', step: 'resolve' }],
  ])
  return {
    system,
    addresses: [...isOnceOnly, ...brokenNames.map(({ address }) => address), ...good],
    brokenOnes,
  }
}

/** No test item, no subscription but those of the mailboxes that are enabled. */
async function leavesNothing({ simulator }: System, addresses: readonly string[]): Promise<void> {
  const known = addresses.filter((address) => address.startsWith('user-'))
  expect(known.flatMap((address) => simulator.calendarOf(address))).toEqual([])
  await eventually(() => expect(simulator.subscriptions).toBeDefined())
}
