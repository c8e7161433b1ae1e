import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type FaultOptions, type Simulator, startSimulator } from '@lockstep/exchange-simulator'
import { loadConfig as loadInboundConfig, startInboundWorker } from '@lockstep/inbound-worker'
import { loadConfig as loadIngressConfig, startIngress } from '@lockstep/ingress'
import { startRedis } from '@lockstep/local'
import { loadConfig as loadOutboundConfig, startOutboundWorker } from '@lockstep/outbound-worker'
import { createLogger } from '@lockstep/runtime'
import { appointment, event } from '../support/events.ts'

/**
 * How long connection B takes while connection A is well, throttled, dead or hangs: `node test/benchmark/isolation.ts`.
 * Both have the same load all the time, and share every process: here even one for all of them, with both simulators and
 * Redis on the same machine. In each round every trouble is compared with the time right before it, when A is well; what is
 * told is the median of the rounds' ratios of medians.
 */
const rounds = 5
const measured = 40
const troubles: Readonly<Record<string, FaultOptions>> = {
  throttled: { kind: 'busyFault', backOffMs: 2_000 },
  dead: { kind: 'refuseConnections' },
  hanging: { kind: 'latency', ms: 600_000 },
}

type Organisation = {
  name: string
  simulator: Simulator
  received: string[]
  webhook: string
  close(): Promise<void>
}
type Latencies = { outbound: number[]; inbound: number[] }

const dir = await mkdtemp(join(tmpdir(), 'lockstep-benchmark-'))
const redis = await startRedis({ dir, appendfsync: 'everysec' })
const [a, b] = [await anOrganisation('a'), await anOrganisation('b')]
const deployment = await startServices([a, b])
const ratios = new Map<string, Latencies>(
  Object.keys(troubles).map((name) => [name, { outbound: [], inbound: [] }]),
)
let sent = 0

await measure()
for (let round = 1; round <= rounds; round += 1) {
  for (const [name, fault] of Object.entries(troubles)) {
    await loaded(1_000)
    const before = await measure()
    a.simulator.faults.add(fault)
    // Until all that can be held up is held up.
    await loaded(3_000)
    const during = await measure()
    a.simulator.faults.clear()
    print(`round ${round}, before A is ${name}`, before)
    print(`round ${round}, A ${name}`, during)
    for (const way of ['outbound', 'inbound'] as const) {
      ratios.get(name)![way].push(median(during[way]) / median(before[way]))
    }
    await recovered()
  }
}
for (const [name, { outbound, inbound }] of ratios) {
  process.stdout.write(
    `A ${name}: outbound x${median(outbound).toFixed(2)}, inbound x${median(inbound).toFixed(2)}\n`,
  )
}

await deployment.close()
await Promise.all([a.close(), b.close()])
await redis.stop()
await rm(dir, { recursive: true })
process.exit()

/** Latencies of B, one change at a time in each direction, while A has its load. */
async function measure(): Promise<Latencies> {
  const load = new AbortController()
  const loading = loadA(load.signal)
  const latencies: Latencies = { outbound: [], inbound: [] }
  for (let n = 0; n < measured; n += 1) {
    latencies.outbound.push(await outboundMs())
    latencies.inbound.push(await inboundMs())
  }
  load.abort()
  await loading
  return latencies
}

async function loaded(ms: number): Promise<void> {
  await loadA(AbortSignal.timeout(ms))
}

/** Twenty events a second over ten mailboxes. */
async function loadA(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const n = (sent += 1)
    await send(a, `user${n % 10}@a.example`, `A${n % 200}`, n)
    await wait(50)
  }
}

async function recovered(): Promise<void> {
  const n = (sent += 1)
  for (let user = 0; user < 10; user += 1) {
    const mailbox = `user${user}@a.example`
    const id = `R${n}-${user}`
    await send(a, mailbox, id, 1)
    await until(() => a.simulator.calendarOf(mailbox).some(({ subject }) => subject === `${id} v1`))
  }
}

async function outboundMs(): Promise<number> {
  const id = `B${(sent += 1)}`
  const startedMs = performance.now()
  await send(b, 'user0@b.example', id, 1)
  await until(() => b.simulator.calendarOf('user0@b.example').some(({ subject }) => subject === `${id} v1`))
  return performance.now() - startedMs
}

async function inboundMs(): Promise<number> {
  const subject = `I${(sent += 1)}`
  const time = { dateTime: '2027-05-03T09:00:00', timeZone: 'UTC' }
  const startedMs = performance.now()
  b.simulator.userCreates('user1@b.example', {
    subject,
    start: time,
    end: { ...time, dateTime: '2027-05-03T10:00:00' },
  })
  await until(() => b.received.includes(subject))
  return performance.now() - startedMs
}

async function send({ name }: Organisation, mailbox: string, id: string, version: number): Promise<void> {
  const { status } = await fetch(`${deployment.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer key-of-${name}`, 'content-type': 'application/json' },
    body: JSON.stringify(event({ id, version, mailbox }, appointment({ subject: `${id} v${version}` }))),
  })
  if (status !== 202) throw new Error(`the ingress answers ${status}`)
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(1)
}

async function anOrganisation(name: string): Promise<Organisation> {
  const service = { address: `svc@${name}.example`, password: 'lockstep', impersonates: 'all' as const }
  const simulator = await startSimulator({ seed: false, accounts: [service] })
  for (let user = 0; user < 10; user += 1) simulator.addMailbox(`user${user}@${name}.example`)
  const received: string[] = []
  const application = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const { data } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as {
        data: { appointment?: { subject: string } }
      }
      if (data.appointment) received.push(data.appointment.subject)
      response.writeHead(204).end()
    })
  })
  await once(application.listen(0, '127.0.0.1'), 'listening')
  const webhook = `http://127.0.0.1:${(application.address() as AddressInfo).port}`
  return {
    name,
    simulator,
    received,
    webhook,
    async close() {
      application.closeAllConnections()
      application.close()
      await simulator.close()
    },
  }
}

async function startServices(organisations: readonly Organisation[]) {
  const connections = Object.fromEntries(
    organisations.map(({ name, simulator, webhook }) => [
      name,
      {
        EWS_URL: simulator.url,
        EWS_USERNAME: `svc@${name}.example`,
        EWS_PASSWORD: 'lockstep',
        MAILBOXES: Array.from({ length: 10 }, (_, user) => `user${user}@${name}.example`),
        PRODUCER_API_KEYS: `key-of-${name}`,
        APPLICATION_WEBHOOK_URL: webhook,
        APPLICATION_WEBHOOK_SECRET: `whsec_${Buffer.from('a secret of the benchmark').toString('base64')}`,
      },
    ]),
  )
  const path = join(dir, 'connections.json')
  await writeFile(path, JSON.stringify({ connections }))
  const common = {
    REDIS_URL: redis.url,
    CONNECTIONS_FILE: path,
    FINGERPRINT_KEY: 'key',
    INGRESS_PORT: '0',
    OUTBOUND_WORKER_PORT: '0',
    INBOUND_WORKER_PORT: '0',
    EWS_TIMEOUT_SECONDS: '5',
    LATE_CALL_SECONDS: '1',
  }
  const log = createLogger('benchmark', 'silent')
  const ingress = await startIngress(loadIngressConfig(common), { log })
  const env = { ...common, INGRESS_PUBLIC_URL: ingress.url }
  const workers = [
    await startOutboundWorker(loadOutboundConfig(env), log),
    await startInboundWorker(loadInboundConfig(env), log),
  ]
  return {
    url: ingress.url,
    async close() {
      await Promise.all(workers.map((worker) => worker.close(1_000)))
      await ingress.close()
    },
  }
}

function print(what: string, { outbound, inbound }: Latencies): void {
  const ms = (times: number[]) => `${median(times).toFixed(1)} ms`
  process.stdout.write(`${what}: outbound ${ms(outbound)}, inbound ${ms(inbound)}\n`)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((first, second) => first - second)
  return sorted[Math.floor(sorted.length / 2)]!
}
