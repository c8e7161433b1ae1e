import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startSimulator } from '@lockstep/exchange-simulator'
import { freePort, startRedis } from '@lockstep/local'
import { startApplication } from '../support/application.ts'
import { aToken } from '../support/notifications.ts'
import { spawnService } from '../support/service-process.ts'

/**
 * The listener under a flood of forged notifications: `node test/benchmark/listener-flood.ts [a second] [seconds]`. The
 * ingress, the inbound worker, the flood and Redis are processes of their own; Exchange and the application are in this
 * one. One in ten forged notifications has a mailbox's token that got out, the others guess.
 */
const [rate = 2_000, seconds = 30] = process.argv.slice(2).map(Number)
const alice = 'alice@contoso.example'
const bob = 'bob@contoso.example'
const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

const dir = await mkdtemp(join(tmpdir(), 'lockstep-benchmark-'))
const redis = await startRedis({ dir, appendfsync: 'everysec' })
const simulator = await startSimulator({ seed: false })
const application = await startApplication()
const port = await freePort()
const env = {
  REDIS_URL: redis.url,
  KEY_PREFIX: 'lockstep',
  EWS_URL: simulator.url,
  EWS_AUTH: 'basic',
  EWS_USERNAME: 'svc-lockstep@contoso.example',
  EWS_PASSWORD: 'lockstep',
  MAILBOXES: [alice, bob].join(),
  FINGERPRINT_KEY: 'benchmark',
  PRODUCER_API_KEYS: 'benchmark',
  INGRESS_PORT: String(port),
  INBOUND_WORKER_PORT: '0',
  INGRESS_PUBLIC_URL: `http://127.0.0.1:${port}`,
  APPLICATION_WEBHOOK_URL: application.url,
  APPLICATION_WEBHOOK_SECRET: application.secret,
  POLL_SECONDS: '600',
  LOG_LEVEL: 'warn',
}
const ingress = await spawnService('ingress', { ...env, LOG_LEVEL: 'info' })
const worker = await spawnService('inbound-worker', { ...env, LOG_LEVEL: 'info' })
await arrives()
const token = await aToken(env, alice)

const quiet = await arrivals(5)
const before = { memory: await memoryOf(ingress.pid), reads: reads(), cpu: await cpuSecondsOf(ingress.pid) }
const memory: number[] = []
const measuring = setInterval(() => void memoryOf(ingress.pid).then((bytes) => memory.push(bytes)), 500)
const flood = spawn(process.execPath, [new URL('flood.ts', import.meta.url).pathname], {
  env: { PATH: process.env['PATH'], FLOOD: JSON.stringify({ port, rate, seconds, token }) },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const under = await arrivals(seconds)
const sent = await outputOf(flood)
const during = reads() - before.reads
const cpu = (await cpuSecondsOf(ingress.pid)) - before.cpu
clearInterval(measuring)
await wait(5_000)
const after = await arrivals(5)

print('forged notifications a second were wanted', rate)
print('forged notifications a second were answered', sent.answered / sent.seconds)
for (const [status, count] of Object.entries(sent.statuses)) print(`of them with ${status}`, count)
print('real changes before, median ms to the application', median(quiet))
print('real changes under the flood', under.length)
print('median ms to the application', median(under))
print('longest ms to the application', Math.max(...under))
print('real changes afterwards, median ms', median(after))
print('reads at Exchange under the flood (SyncFolderItems)', during)
print('ms of CPU of the ingress for each', (cpu * 1_000) / sent.answered)
print('MiB of the ingress before', before.memory / mib())
print('MiB of the ingress at most', Math.max(...memory) / mib())
print('MiB of the ingress afterwards', (await memoryOf(ingress.pid)) / mib())
print('lines logged by the ingress', ingress.lines.length)

for (const service of [ingress, worker]) {
  service.signal('SIGTERM')
  await service.ended
}
await application.close()
await simulator.close()
await redis.stop()
await rm(dir, { recursive: true })

function reads(): number {
  return simulator.calls['SyncFolderItems'] ?? 0
}

/** A change in bob's calendar: how long until the application has it. */
async function arrives(): Promise<number> {
  const startedMs = performance.now()
  const known = application.received.length
  simulator.userCreates(bob, { subject: randomBytes(6).toString('hex'), start, end })
  while (application.received.length === known) await wait(2)
  return performance.now() - startedMs
}

/** One after the other, a second apart, for so many seconds. */
async function arrivals(forSeconds: number): Promise<number[]> {
  const untilMs = performance.now() + forSeconds * 1_000
  const took: number[] = []
  while (performance.now() < untilMs) {
    took.push(await arrives())
    await wait(Math.max(0, 1_000 - took.at(-1)!))
  }
  return took
}

async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024
}

/** Linux counts in hundredths of a second. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

type Sent = { answered: number; seconds: number; statuses: Record<string, number> }

async function outputOf(child: ChildProcess): Promise<Sent> {
  let output = ''
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  if (child.exitCode === null) await once(child, 'close')
  return JSON.parse(output) as Sent
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function mib(): number {
  return 1_048_576
}

function print(what: string, figure: number): void {
  process.stdout.write(`${figure.toFixed(figure < 10 ? 2 : 0).padStart(10)}  ${what}\n`)
}
