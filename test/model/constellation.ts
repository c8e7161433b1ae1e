import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@lockstep/exchange-simulator'
import { freePort, startRedis } from '@lockstep/local'
import { startApplication, type TestApplication } from '../support/application.ts'
import { type ServiceProcess, spawnService } from '../support/service-process.ts'
import type { ServiceName } from './action.ts'

export type Constellation = {
  readonly simulator: Simulator
  readonly application: TestApplication
  readonly ingressUrl: string
  readonly mailboxes: readonly string[]
  /** Ends a service as a power cut would, and starts it again. */
  kill(name: ServiceName): Promise<void>
  freeze(name: ServiceName, forMs: number): Promise<void>
  restartRedis(): Promise<void>
  /** What a service has written, those that were killed included. */
  linesOf(name: ServiceName): string[]
  close(): Promise<void>
}

export type ConstellationOptions = {
  mailboxes: number
  /** How long a call whose answer was lost may still have its effect. Longer than any freeze, or mails double. */
  lateCallMs: number
  env?: Readonly<Record<string, string>>
}

const startTries = 5
const names = ['ingress', 'outbound-worker', 'inbound-worker'] as const

/** The real thing: Redis and the services as processes of their own, the simulator and an application in this one. */
export async function startConstellation(options: ConstellationOptions): Promise<Constellation> {
  const mailboxes = Array.from({ length: options.mailboxes }, (_, n) => `user${n}@contoso.example`)
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-model-'))
  let redis = await startRedis({ dir })
  const simulator = await startSimulator({ seed: false, push: { retryMs: 500 } })
  for (const address of mailboxes) simulator.addMailbox(address)
  const application = await startApplication()
  const ingressPort = await freePort()
  const ingressUrl = `http://127.0.0.1:${ingressPort}`
  const env = {
    REDIS_URL: redis.url,
    EWS_URL: simulator.url,
    EWS_USERNAME: 'svc-lockstep@contoso.example',
    EWS_PASSWORD: 'lockstep',
    MAILBOXES: mailboxes.join(','),
    FINGERPRINT_KEY: 'test-key',
    PRODUCER_API_KEYS: 'test',
    INGRESS_PORT: String(ingressPort),
    INGRESS_PUBLIC_URL: ingressUrl,
    OUTBOUND_WORKER_PORT: '0',
    INBOUND_WORKER_PORT: '0',
    APPLICATION_WEBHOOK_URL: application.url,
    APPLICATION_WEBHOOK_SECRET: application.secret,
    LATE_CALL_SECONDS: String(options.lateCallMs / 1_000),
    POLL_SECONDS: '2',
    COMPARE_SECONDS: '2',
    // A random history does what no user does: it deletes much, goes to and fro, and mails without end.
    BRAKE_DELETES: '0',
    OSCILLATION_CROSSINGS: '0',
    MAIL_BUDGET_PER_HOUR: '1000000',
    ...options.env,
  }
  const running = new Map<ServiceName, ServiceProcess>()
  const lines = new Map<ServiceName, string[]>()
  /** As whatever runs a deployment does: one that ends because Redis is away is started again. */
  const start = async (name: ServiceName, tries = startTries): Promise<void> => {
    try {
      running.set(name, await spawnService(name, env))
    } catch (error) {
      if (tries === 1) throw error
      await start(name, tries - 1)
    }
  }
  const end = async (name: ServiceName) => {
    const service = running.get(name)
    if (!service) return
    service.signal('SIGKILL')
    await service.ended
    lines.set(name, [...(lines.get(name) ?? []), ...service.lines])
    running.delete(name)
  }
  const close = async () => {
    await Promise.all(names.map(end))
    await application.close()
    await simulator.close()
    await redis.stop()
    await rm(dir, { recursive: true })
  }
  try {
    await Promise.all(names.map((name) => start(name)))
  } catch (error) {
    await close()
    throw error
  }

  return {
    simulator,
    application,
    ingressUrl,
    mailboxes,
    async kill(name) {
      await end(name)
      await start(name)
    },
    async freeze(name, forMs) {
      const service = running.get(name)!
      service.signal('SIGSTOP')
      await new Promise((wake) => void setTimeout(wake, forMs))
      service.signal('SIGCONT')
    },
    async restartRedis() {
      const { port } = redis
      await redis.stop()
      redis = await startRedis({ dir, port })
    },
    linesOf: (name) => [...(lines.get(name) ?? []), ...(running.get(name)?.lines ?? [])],
    close,
  }
}
