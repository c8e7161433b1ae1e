import { startSimulator, type Simulator, type SimulatorOptions } from '@lockstep/exchange-simulator'
import {
  type Config as InboundConfig,
  loadConfig as loadInboundConfig,
  startInboundWorker,
} from '@lockstep/inbound-worker'
import { loadConfig as loadIngressConfig, startIngress } from '@lockstep/ingress'
import { loadConfig as loadOutboundConfig, startOutboundWorker } from '@lockstep/outbound-worker'
import { createLogger, type Logger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { onTestFinished } from 'vitest'
import { startApplication, type TestApplication } from './application.ts'
import { type SystemClient, systemClient } from './client.ts'
import type { EwsGate } from './ews-gate.ts'

export const alice = 'alice@contoso.example'
export const bob = 'bob@contoso.example'
export const carol = 'carol@contoso.example'

export type WorkerName = 'outbound' | 'inbound'

export type SystemOptions = {
  env?: Record<string, string>
  simulator?: SimulatorOptions
  redisUrl?: string
  /** Stands between the workers and the simulator. */
  gate?: EwsGate
  /** Further mailboxes, besides those of alice, bob and carol. */
  mailboxes?: readonly string[]
  /** How long a minute is for notifications, here and at Exchange. */
  minuteMs?: number
  /** Workers that are not started. */
  without?: readonly WorkerName[]
  /** Hears what the ingress and the workers log. */
  log?: Logger
}

export type System = SystemClient & {
  ingressUrl: string
  simulator: Simulator
  application: TestApplication
  /** What the workers are configured with. */
  env: Readonly<Record<string, string>>
  startWorker(name: WorkerName): Promise<void>
  stopWorker(name: WorkerName): Promise<void>
  /** Workers that are started from now on have these variables too. */
  restartWith(env: Record<string, string>): void
}

/** The real constellation in one process: ingress, both workers, the simulator and an application, on a Redis of its own. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const {
    gate,
    mailboxes = [],
    without = [],
    minuteMs = 60_000,
    log = createLogger('test', 'silent'),
  } = options
  const { prefix, url } = testRedis()
  const { SOAP_RECORDING: recordDir } = process.env
  const recording = recordDir ? { recordDir } : {}
  const simulator = await startSimulator({
    seed: false,
    push: { minuteMs },
    ...recording,
    ...options.simulator,
  })
  for (const address of mailboxes) simulator.addMailbox(address)
  gate?.forwardTo(simulator.url)
  const application = await startApplication()
  const common = {
    REDIS_URL: options.redisUrl ?? url,
    KEY_PREFIX: prefix,
    EWS_URL: gate?.url ?? simulator.url,
    EWS_AUTH: 'basic',
    EWS_USERNAME: 'svc-lockstep@contoso.example',
    EWS_PASSWORD: 'lockstep',
    MAILBOXES: [alice, bob, carol, ...mailboxes].join(','),
    FINGERPRINT_KEY: 'test-key',
    PRODUCER_API_KEYS: 'test',
    INGRESS_PORT: '0',
    OUTBOUND_WORKER_PORT: '0',
    INBOUND_WORKER_PORT: '0',
    APPLICATION_WEBHOOK_URL: application.url,
    APPLICATION_WEBHOOK_SECRET: application.secret,
    POLL_SECONDS: '2',
    COMPARE_SECONDS: options.env?.['POLL_SECONDS'] ?? '2',
    ...options.env,
  }
  const ingress = await startIngress(loadIngressConfig(common), { log })
  const env = { ...common, INGRESS_PUBLIC_URL: ingress.url }
  const workers = workersOf(env, { log, minuteMs })
  for (const name of ['outbound', 'inbound'] as const) if (!without.includes(name)) await workers.start(name)
  onTestFinished(async () => {
    await workers.stopAll()
    await ingress.close()
    await application.close()
    await simulator.close()
  })

  return {
    ...systemClient(ingress.url),
    ingressUrl: ingress.url,
    simulator,
    application,
    env,
    startWorker: workers.start,
    stopWorker: workers.stop,
    restartWith: (changes) => void Object.assign(env, changes),
  }
}

function workersOf(env: Record<string, string>, { log, minuteMs }: { log: Logger; minuteMs: number }) {
  const running = new Map<WorkerName, { close: (limitMs: number) => Promise<void> }>()
  const stop = async (name: WorkerName) => {
    const worker = running.get(name)
    running.delete(name)
    await worker?.close(2_000)
  }
  return {
    async start(name: WorkerName) {
      const worker =
        name === 'outbound'
          ? await startOutboundWorker(loadOutboundConfig(env), log)
          : await startInboundWorker(hurried(loadInboundConfig(env), minuteMs), log)
      running.set(name, worker)
    },
    stop,
    stopAll: async () => void (await Promise.all([...running.keys()].map(stop))),
  }
}

function hurried(config: InboundConfig, minuteMs: number): InboundConfig {
  for (const { hearing } of config.connections.values()) if (hearing.push) hearing.push.minuteMs = minuteMs
  return config
}
