import { eventually, testRedis } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { runLockstep } from '../support/lockstep-command.ts'
import { aFile } from '../support/logon.ts'
import { alice, bob, carol, startSystem } from '../support/system.ts'

const service = { address: 'svc-lockstep@contoso.example', password: 'lockstep' }

describe('lockstep mailboxes', () => {
  test('what is enabled is followed by the workers and listed; what is disabled is forgotten', async () => {
    const system = await startSystem({ env: { MAILBOXES: bob, FORGET_SECONDS: '1' } })
    const added = await runLockstep(['mailboxes', 'add', alice, 'ALICE@contoso.example'], system)
    expect(added).toMatchObject({ exitCode: 0, out: expect.stringContaining(`${alice} is enabled\n`) })

    const list = async () => (await runLockstep(['mailboxes', 'list', '--json'], system)).facts
    await eventually(async () =>
      expect(await list()).toMatchObject([
        { mailbox: bob, currentAt: expect.any(String) },
        { mailbox: alice, currentAt: expect.any(String), heardAt: expect.any(String) },
      ]),
    )
    system.simulator.userCreates(alice, {
      subject: 'From Outlook',
      start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
    })
    await eventually(() => expect(system.application.received).toHaveLength(1))

    const args = ['mailboxes', 'disable', alice, bob, carol]
    const { exitCode, out, err } = await runLockstep(args, system)
    expect(out).toBe(`${alice} is disabled\n${bob} is disabled\n${carol} is not enabled\n`)
    expect(err).toBe(`${bob} is in MAILBOXES: take it off there, or the next start enables it again\n`)
    expect(exitCode).toBe(1)
    expect(await list()).toEqual([])
    expect((await system.mailbox(alice)).status).toBe(404)
    expect(system.simulator.calendarOf(alice)).toHaveLength(1)
  })

  test('a test item is told to no application, and one that was left behind is taken away', async () => {
    const system = await startSystem({ env: { MAILBOXES: alice } })
    const { simulator, application } = system
    const fault = simulator.faults.add({ kind: 'error', code: 'ErrorAccessDenied', operation: 'DeleteItem' })
    const { exitCode, facts } = await runLockstep(['mailboxes', 'test', alice, '--json'], system)
    expect(facts[0]).toMatchObject({ outcome: 'failed', step: 'delete', code: 'ErrorAccessDenied' })
    expect(exitCode).toBe(1)
    const [left] = simulator.calendarOf(alice)
    expect(left).toMatchObject({
      sensitivity: 'private',
      showAs: 'free',
      start: { dateTime: '2099-01-01T03:00:00' },
    })

    simulator.faults.remove(fault)
    expect((await runLockstep(['mailboxes', 'test', alice], system)).exitCode).toBe(0)
    expect(simulator.calendarOf(alice)).toEqual([])
    expect(application.received).toEqual([])
    expect(simulator.mails).toEqual([])
  })
})

describe('several connections and accounts', () => {
  test('each connection is examined, one is named, and every account has to get in', async () => {
    const system = await startSystem({
      env: { MAILBOXES: alice },
      simulator: {
        accounts: [
          { ...service, impersonates: 'all' },
          { address: 'second@contoso.example', password: 'other', impersonates: [bob] },
          { address: alice },
          { address: bob },
        ],
      },
    })
    const { EWS_URL, EWS_AUTH, EWS_USERNAME, EWS_PASSWORD } = system.env
    const accounts = { one: {}, two: { EWS_USERNAME: 'second@contoso.example', EWS_PASSWORD: 'other' } }
    const both = { EWS_URL, EWS_AUTH, EWS_USERNAME, EWS_PASSWORD, EWS_ACCOUNTS: JSON.stringify(accounts) }
    const connections = {
      contoso: both,
      fabrikam: { ...both, EWS_URL: 'http://127.0.0.1:9/EWS/Exchange.asmx' },
    }
    const file = aFile('connections.json', JSON.stringify({ connections }))
    const env = { ...system.env, MAILBOXES: '', CONNECTIONS_FILE: file }

    const all = await runLockstep(['doctor'], { env })
    expect(all.out).toMatch(/^Connection contoso\n/)
    expect(all.out).toContain('Connection fabrikam\n')
    expect(all.out).toContain('ECONNREFUSED')

    const args = ['--connection', 'contoso', '--json', '--wait', '0.2']
    const { facts } = await runLockstep(['doctor', '--mailbox', alice, ...args], { env })
    const outcomes = Object.fromEntries(facts.map(({ step, outcome }) => [step, outcome]))
    expect(outcomes).toMatchObject({ 'logon one': 'ok', 'logon two': 'ok', impersonate: 'failed' })

    expect(await runLockstep(['mailboxes', 'list'], { env })).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--connection, one of contoso, fabrikam'),
    })
    expect((await runLockstep(['doctor', '--connection', 'other'], { env })).exitCode).toBe(78)
  })
})

describe('what a first-time administrator meets', () => {
  const env = {
    REDIS_URL: 'redis://127.0.0.1:1',
    EWS_URL: 'http://127.0.0.1:9/',
    EWS_USERNAME: 'svc',
    EWS_PASSWORD: 'x',
  }

  test('the version, and where help is after a mistake', async () => {
    const { out, exitCode } = await runLockstep(['--version'], { env: {} })
    expect(out).toMatch(/^lockstep \d+\.\d+\.\d+ \(Node 26\.[\d.]+\)\n$/)
    expect(exitCode).toBe(0)
    for (const args of [['doctr'], ['switch'], ['mailboxes', 'list', '--nope']]) {
      const wrong = await runLockstep(args, { env: {} })
      expect(wrong).toMatchObject({ exitCode: 2, err: expect.stringContaining('`lockstep help`') })
    }
  })

  test('why Redis does not serve: nobody there, or another password', async () => {
    const list = (REDIS_URL: string) => runLockstep(['mailboxes', 'list'], { env: { ...env, REDIS_URL } })
    const away = await list('redis://127.0.0.1:1')
    expect(away).toMatchObject({ exitCode: 1, err: expect.stringMatching(/not answer \(ECONNREFUSED\)/) })
    const { url } = testRedis()
    const wrong = await list(url.replace('redis://', 'redis://somebody:hush@'))
    expect(wrong).toMatchObject({ exitCode: 1, err: expect.stringContaining('does not accept the password') })
    expect(wrong.err).not.toContain('hush')
  })

  test('a report that cannot be written is told before anything is tested', async () => {
    const args = ['mailboxes', 'add', alice, '--report', '/nowhere/report.csv']
    const err = '/nowhere/report.csv cannot be written (ENOENT)\n'
    expect(await runLockstep(args, { env })).toMatchObject({ exitCode: 2, err })
  })

  test.each([
    ['https://nowhere.invalid', /^nowhere\.invalid:443 shows no certificate \(\w+\)\. The name is not known/],
    ['https://127.0.0.1:1', /^127\.0\.0\.1:1 shows no certificate \(ECONNREFUSED\)\. Nobody listens there/],
  ])('whose certificate could not be fetched: %s', async (url, err) => {
    const ran = await runLockstep(['trust', url], { env: {} })
    expect(ran).toMatchObject({ exitCode: 1, err: expect.stringMatching(err) })
    expect(ran.err).not.toContain('EWS_URL')
  })
})

test('a configuration that is not usable is told, with the exit code that services have for it', async () => {
  expect(await runLockstep(['doctor'], { env: {} })).toMatchObject({
    exitCode: 78,
    err: expect.stringContaining('EWS_URL: is not set'),
  })
  const file = aFile('.env', 'EWS_URL=http://127.0.0.1:9/\nEWS_USERNAME=svc\n')
  expect(await runLockstep(['--env-file', file, 'doctor'], { env: { EWS_USERNAME: '' } })).toMatchObject({
    exitCode: 78,
    err: expect.not.stringContaining('EWS_URL'),
  })
})

describe('lockstep switch', () => {
  test('stops a direction for everything, and lets it catch up', async () => {
    const { simulator, ...system } = await startSystem()
    const off = await runLockstep(['switch', 'outbound', 'off'], system)
    expect(off).toMatchObject({ exitCode: 0, out: 'connection default: outbound is off\n' })
    await system.send(event({ id: 'A', version: 1 }, appointment({ subject: 'Waits' })))
    await eventually(async () =>
      expect(await system.mailbox(alice)).toMatchObject({
        settings: { outbound: { value: 'off', from: 'connection' } },
      }),
    )
    expect(await system.state(alice, 'A')).toMatchObject({ state: 'pending' })
    await runLockstep(['switch', 'both', 'on', alice], system)
    expect(simulator.calendarOf(alice)).toEqual([])

    await runLockstep(['switch', 'outbound', 'default'], system)
    await system.settled(alice, 'A', 1)
    expect(simulator.calendarOf(alice)).toMatchObject([{ subject: 'Waits' }])
  })

  test('changes nothing if one of the mailboxes is not enabled', async () => {
    const system = await startSystem()
    const { exitCode, err } = await runLockstep(
      ['switch', 'inbound', 'off', alice, 'zed@contoso.example'],
      system,
    )
    expect(exitCode).toBe(1)
    expect(err).toMatch(/zed@contoso\.example is not enabled/)
    expect(await system.mailbox(alice)).toMatchObject({ settings: { inbound: { value: 'on' } } })
  })
})
