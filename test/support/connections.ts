import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from '@lockstep/exchange-simulator'
import { loadConfig as loadInboundConfig, startInboundWorker } from '@lockstep/inbound-worker'
import { loadConfig as loadIngressConfig, startIngress } from '@lockstep/ingress'
import { loadConfig as loadOutboundConfig, startOutboundWorker } from '@lockstep/outbound-worker'
import { createLogger, type Logger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { onTestFinished } from 'vitest'
import { startApplication, type TestApplication } from './application.ts'
import { type SystemClient, systemClient } from './client.ts'

/** An organisation: its own Exchange, application and key, and people who are called the same everywhere. */
export type Organisation = SystemClient & {
  name: string
  ingressUrl: string
  simulator: Simulator
  application: TestApplication
  alice: string
  bob: string
  /** What the file says of its connection. */
  settings: Record<string, unknown>
}

export type Deployment = {
  organisations: Record<string, Organisation>
  ingressUrl: string
  probes: Record<'outbound' | 'inbound', string>
  lines: Record<string, unknown>[]
  prefix: string
  redisUrl: string
  /** Writes the file anew, from the settings of these. */
  write(...organisations: Organisation[]): void
  writeText(text: string): void
}

type Options = { names: readonly string[]; env?: Record<string, string>; simulator?: SimulatorOptions }

/** One deployment, all services in one process, with a connection for each organisation. */
export async function startDeployment({ names, env = {}, simulator }: Options): Promise<Deployment> {
  const { prefix, url: redisUrl } = testRedis()
  const { path, write: writeText } = fileWith('')
  const lines: Record<string, unknown>[] = []
  const log = createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) })
  const made = await Promise.all(names.map((name) => anOrganisation(name, simulator)))
  const write = (...organisations: Pick<Organisation, 'name' | 'settings'>[]) =>
    writeText(
      JSON.stringify({
        connections: Object.fromEntries(organisations.map(({ name, settings }) => [name, settings])),
      }),
    )
  write(...made)

  const common = {
    REDIS_URL: redisUrl,
    KEY_PREFIX: prefix,
    CONNECTIONS_FILE: path,
    FINGERPRINT_KEY: 'test-key',
    INGRESS_PORT: '0',
    OUTBOUND_WORKER_PORT: '0',
    INBOUND_WORKER_PORT: '0',
    POLL_SECONDS: '2',
    ...env,
  }
  const services = await startServices(common, log)
  onTestFinished(async () => {
    await services.close()
    await Promise.all(made.flatMap(({ application, simulator: each }) => [application.close(), each.close()]))
  })
  const organisations = made.map((each) => ({
    ...each,
    ingressUrl: services.ingressUrl,
    ...systemClient(services.ingressUrl, `key-of-${each.name}`),
  }))
  return {
    ...services,
    organisations: Object.fromEntries(organisations.map((each) => [each.name, each])),
    lines,
    prefix,
    redisUrl,
    write,
    writeText,
  }
}

async function anOrganisation(name: string, options: SimulatorOptions = {}) {
  const [alice, bob, service] = ['alice', 'bob', 'svc'].map((user) => `${user}@${name}.example`) as [
    string,
    string,
    string,
  ]
  const accounts = [
    { address: alice, password: 'lockstep' },
    { address: bob, password: 'lockstep' },
    { address: service, password: `password-of-${name}`, impersonates: 'all' as const },
  ]
  const simulator = await startSimulator({ seed: false, accounts, ...options })
  const application = await startApplication()
  const settings: Record<string, unknown> = {
    EWS_URL: simulator.url,
    EWS_USERNAME: service,
    EWS_PASSWORD: `password-of-${name}`,
    MAILBOXES: [alice, bob],
    PRODUCER_API_KEYS: `key-of-${name}`,
    APPLICATION_WEBHOOK_URL: application.url,
    APPLICATION_WEBHOOK_SECRET: application.secret,
  }
  return { name, simulator, application, alice, bob, settings }
}

async function startServices(common: Record<string, string>, log: Logger) {
  const ingress = await startIngress(loadIngressConfig(common), {
    log,
    reload: () => loadIngressConfig(common),
  })
  const env = { ...common, INGRESS_PUBLIC_URL: ingress.url }
  const outbound = await startOutboundWorker(loadOutboundConfig(env), log, () => loadOutboundConfig(env))
  const inbound = await startInboundWorker(loadInboundConfig(env), log, () => loadInboundConfig(env))
  return {
    ingressUrl: ingress.url,
    probes: { outbound: outbound.url, inbound: inbound.url },
    async close() {
      await Promise.all([outbound.close(2_000), inbound.close(2_000)])
      await ingress.close()
    },
  }
}

/** A file that is gone when the test ends. */
export function fileWith(text: string) {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'file')
  const write = (next: string) => writeFileSync(path, next)
  write(text)
  return { path, write }
}
