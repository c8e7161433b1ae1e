import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Host, Running } from './host.ts'

export const alice = 'alice@contoso.example'

const service = (name: string) => [process.execPath, `services/${name}/src/main.ts`]
const webhookSecret = `whsec_${randomBytes(24).toString('base64')}`
/** Longer than a busy machine takes to start everything. */
const patienceMs = 60_000
const everywhere = { BIND_ADDRESS: '0.0.0.0', LOG_LEVEL: 'info' }

/** Exchange's ports: EWS over HTTPS as usual, and the control API, which no network but its own host reaches. */
export const ewsPort = 443
const plainPort = 8090
const controlPort = 8091

/** The logon at an Exchange in the cloud that is its own authority. */
export const oauth = {
  EWS_AUTH: 'oauth',
  EWS_OAUTH_AUTHORITY: 'https://outlook.office365.com/contoso.example',
  EWS_OAUTH_CLIENT_ID: '0b7c2f3e-51a4-4d0e-9d52-6f1f4c5f7a10',
  EWS_OAUTH_CLIENT_SECRET: 'lockstep',
}

export type ExchangeOptions = {
  /** The names by which clients know it. */
  names: readonly string[]
  /** What it trusts when it calls back: a file of certificates. */
  trusts?: string
}

/** An Exchange organisation. @returns the file of the authority that its certificate comes from */
export async function startExchange(host: Host, { names, trusts }: ExchangeOptions): Promise<string> {
  host.start(service('exchange-simulator'), {
    ...everywhere,
    SIMULATOR_PORT: String(plainPort),
    SIMULATOR_HTTPS_PORT: String(ewsPort),
    SIMULATOR_HTTPS_HOSTS: names.join(','),
    SIMULATOR_CONTROL_PORT: String(controlPort),
    ...(trusts && { NODE_EXTRA_CA_CERTS: trusts }),
  })
  await answers(host, `http://127.0.0.1:${controlPort}/readyz`)
  const { body } = await host.fetch(`http://127.0.0.1:${controlPort}/control/ca.pem`)
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-exchange-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'exchange-ca.pem')
  await writeFile(file, body!)
  return file
}

/** Redis, ingress and both workers on one host. The API is at port 8080. */
export async function startLockstep(host: Host, env: Readonly<Record<string, string>>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-redis-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  host.start(['redis-server', '--dir', dir, '--appendonly', 'yes', '--hz', '100'])
  await expect.poll(() => host.reaches('127.0.0.1', 6379), { timeout: patienceMs }).toBe('open')
  const common = {
    ...everywhere,
    REDIS_URL: 'redis://127.0.0.1:6379',
    FINGERPRINT_KEY: 'topology',
    PRODUCER_API_KEYS: 'topology',
    MAILBOXES: alice,
    EWS_AUTH: 'basic',
    ...(env['EWS_AUTH'] !== 'oauth' && {
      EWS_USERNAME: 'svc-lockstep@contoso.example',
      EWS_PASSWORD: 'lockstep',
    }),
    INGRESS_PORT: '8080',
    APPLICATION_WEBHOOK_SECRET: webhookSecret,
    // What arrives has been notified: a comparison would come too late for the test.
    POLL_SECONDS: '600',
    ...env,
  }
  for (const name of ['ingress', 'outbound-worker', 'inbound-worker']) host.start(service(name), common)
  for (const port of [8080, 8083, 8084]) await answers(host, `http://127.0.0.1:${port}/readyz`)
}

/** The business application, with its REST interface at port 8081. */
export async function startApplication(host: Host, lockstepUrl: string): Promise<Running> {
  const running = host.start(service('sample-application'), {
    ...everywhere,
    MAILBOXES: alice,
    LOCKSTEP_URL: lockstepUrl,
    LOCKSTEP_API_KEY: 'topology',
    APPLICATION_WEBHOOK_SECRET: webhookSecret,
    SIMULATOR_CONTROL_URL: 'none',
  })
  await answers(host, 'http://127.0.0.1:8081/readyz')
  return running
}

/** The answer to a notification that was made up. 403: not from there; 404: from there, but not with this token. */
export async function notificationFrom(host: Host, trusts: string): Promise<string> {
  const url = 'https://lockstep.example:8443/exchange/notifications/guessed'
  const status = ['-s', '-o', '/dev/null', '-w', '%{http_code}']
  return await host.command('curl', ...status, '--cacert', trusts, '-d', '<x/>', url)
}

/** For a failure: what the programs of a host said. */
export function wordsOf(host: Host): string {
  return host.said.join('').slice(-4_000)
}

async function answers(host: Host, url: string): Promise<void> {
  try {
    await expect
      .poll(() => host.fetch(url), { timeout: patienceMs, interval: 300 })
      .toMatchObject({ status: 200 })
  } catch (error) {
    throw new Error(`${url} does not answer. Its host said:\n${wordsOf(host)}`, {
      cause: error,
    })
  }
}

/** From here nobody answers there, as behind a firewall. */
export async function expectSilent(
  ...ways: readonly [from: Host, address: string, port: number][]
): Promise<void> {
  const reached = await Promise.all(ways.map(([from, address, port]) => from.reaches(address, port)))
  const answered = ways.filter((_, index) => reached[index] !== 'silent')
  expect(answered.map(([, address, port]) => `${address}:${port}`)).toEqual([])
}

const at = (hour: string) => ({ dateTime: `2027-06-01T${hour}:00:00`, timeZone: 'Europe/Amsterdam' })
const entered = (subject: string) => ({ subject, start: at('09'), end: at('10') })
const json = { 'content-type': 'application/json' }

/** An appointment made in the application comes to Exchange, and one made in Exchange to the application. */
export async function expectBothWays(hosts: { exchange: Host; application: Host }): Promise<void> {
  await expectOutbound(hosts, 'From the application')
  await expectInbound(hosts, 'From Exchange')
}

export async function expectOutbound(
  { exchange, application }: { exchange: Host; application: Host },
  subject: string,
): Promise<void> {
  await create(application, subject)
  await expect.poll(() => calendarOf(exchange), { timeout: patienceMs, interval: 300 }).toContain(subject)
}

export async function expectInbound(
  { exchange, application }: { exchange: Host; application: Host },
  subject: string,
): Promise<void> {
  const init = { method: 'POST', headers: json, body: JSON.stringify(entered(subject)) }
  const made = await exchange.fetch(`http://127.0.0.1:${controlPort}/control/calendars/${alice}`, init)
  expect(made).toMatchObject({ status: 201 })
  await expect.poll(() => heldBy(application), { timeout: patienceMs, interval: 300 }).toContain(subject)
}

/** What a user of the application enters. */
export async function create(application: Host, subject: string): Promise<void> {
  const body = JSON.stringify({ mailbox: alice, appointment: entered(subject) })
  const made = await application.fetch('http://127.0.0.1:8081/api/appointments', {
    method: 'POST',
    headers: json,
    body,
  })
  expect(made).toMatchObject({ status: 201 })
}

/** The subjects in alice's calendar in Exchange. */
export async function calendarOf(exchange: Host): Promise<string[]> {
  const { body = '[]' } = await exchange.fetch(`http://127.0.0.1:${controlPort}/control/calendars/${alice}`)
  return (JSON.parse(body) as { subject: string }[]).map(({ subject }) => subject)
}

/** The subjects in alice's calendar in the application. */
async function heldBy(application: Host): Promise<string[]> {
  const { body = '' } = await application.fetch(`http://127.0.0.1:8081/api/appointments?mailbox=${alice}`)
  const { appointments } = JSON.parse(body) as { appointments: { appointment: { subject: string } }[] }
  return appointments.map(({ appointment }) => appointment.subject)
}
