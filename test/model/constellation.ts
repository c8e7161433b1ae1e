import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Simulator, startSimulator } from '@lockstep/exchange-simulator'
import { freePort, startRedis } from '@lockstep/local'
import { Redis } from 'ioredis'
import { startApplication, type TestApplication } from '../support/application.ts'
import { type ServiceProcess, spawnService } from '../support/service-process.ts'
import type { ServiceName, Trouble, WorkerName } from './action.ts'
import { fallAsleep, type Sleeper } from './asleep.ts'
import { openRedisDoor, type RedisDoor } from '../support/redis-door.ts'

export type Constellation = {
  readonly simulator: Simulator
  readonly application: TestApplication
  readonly ingressUrl: string
  readonly mailboxes: readonly string[]
  readonly redis: { readonly url: string; readonly dir: string }
  /** Ends a process as a power cut would, and starts it again. */
  kill(service: ServiceName, place: number): Promise<void>
  freeze(service: ServiceName, place: number, forMs: number): Promise<void>
  /** Says whether it had anything to say that was held back. */
  sleep(sleep: Extract<Trouble, { do: 'sleep' }>): Promise<boolean>
  workersOf(service: WorkerName): readonly Sleeper[]
  restartRedis(): Promise<void>
  /** Everything in Redis is gone for good, while no service runs; and what happens meanwhile. */
  loseLedger(meanwhile: () => Promise<void>): Promise<void>
  /** What the processes of a service have written, those that were killed included. */
  linesOf(service: ServiceName): string[]
  close(): Promise<void>
}

export type ConstellationOptions = {
  mailboxes: number
  /** How long a call whose answer was lost may still have its effect. Longer than any freeze, or mails double. */
  lateCallMs: number
  /** Processes of each kind of worker. */
  workers?: number
  env?: Readonly<Record<string, string>>
}

const startTries = 5
const names = ['ingress', 'outbound-worker', 'inbound-worker'] as const

export function mailboxOf(number: number): string {
  return `user${number}@contoso.example`
}

/** The real thing: Redis and the services as processes of their own, the simulator and an application in this one. */
export async function startConstellation(options: ConstellationOptions): Promise<Constellation> {
  const mailboxes = Array.from({ length: options.mailboxes }, (_, n) => mailboxOf(n))
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
    // A random history does what no user does: it mails without end, and deletes much; for that see `--brakes`.
    BRAKE_DELETES: '0',
    MAIL_BUDGET_PER_HOUR: '1000000',
    REBUILD_WAIT_SECONDS: '15',
    ...options.env,
  }
  const { workers = 1 } = options
  const crew = await Promise.all(
    names.flatMap((service) =>
      Array.from({ length: service === 'ingress' ? 1 : workers }, async () =>
        createMember(service, env, await openRedisDoor(redis.url)),
      ),
    ),
  )
  const membersOf = (service: ServiceName) => crew.filter((member) => member.service === service)
  const memberOf = (service: ServiceName, place: number) => {
    const members = membersOf(service)
    return members[place % members.length]!
  }
  const close = async () => {
    await Promise.all(
      crew.map(async (member) => {
        await member.end()
        await member.door.close()
      }),
    )
    await application.close()
    await simulator.close()
    await redis.stop()
    await rm(dir, { recursive: true })
  }
  try {
    await Promise.all(crew.map((member) => member.start()))
  } catch (error) {
    await close()
    throw error
  }

  return {
    simulator,
    application,
    ingressUrl,
    mailboxes,
    redis: { url: redis.url, dir },
    async kill(service, place) {
      const member = memberOf(service, place)
      await member.end()
      await member.start()
    },
    async freeze(service, place, forMs) {
      const member = memberOf(service, place)
      member.signal('SIGSTOP')
      await wait(forMs)
      member.signal('SIGCONT')
    },
    sleep(action) {
      const sleeper = memberOf(action.service, action.place)
      const others = membersOf(action.service).filter((member) => member !== sleeper)
      return fallAsleep(sleeper, others, action)
    },
    workersOf: membersOf,
    async restartRedis() {
      const { port } = redis
      await redis.stop()
      redis = await startRedis({ dir, port })
    },
    async loseLedger(meanwhile) {
      await Promise.all(crew.map((member) => member.end()))
      const connection = new Redis(redis.url)
      await connection.flushall()
      await connection.quit()
      await meanwhile()
      await Promise.all(crew.map((member) => member.start()))
    },
    linesOf: (service) => crew.flatMap((member) => (member.service === service ? member.lines() : [])),
    close,
  }
}

type Member = {
  readonly service: ServiceName
  readonly door: RedisDoor
  start(): Promise<void>
  end(): Promise<void>
  signal(name: NodeJS.Signals): void
  lines(): string[]
}

/** As whatever runs a deployment does: a process that ends because Redis is away is started again. */
function createMember(service: ServiceName, env: Readonly<Record<string, string>>, door: RedisDoor): Member {
  const past: string[] = []
  let running: ServiceProcess | undefined
  const start = async (tries = startTries): Promise<void> => {
    try {
      running = await spawnService(service, { ...env, REDIS_URL: door.url })
    } catch (error) {
      if (tries === 1) throw error
      await start(tries - 1)
    }
  }
  return {
    service,
    door,
    start: () => start(),
    async end() {
      if (!running) return
      running.signal('SIGKILL')
      await running.ended
      past.push(...running.lines)
      running = undefined
    },
    signal: (name) => running?.signal(name),
    lines: () => [...past, ...(running?.lines ?? [])],
  }
}
