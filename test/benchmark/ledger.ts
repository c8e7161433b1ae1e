import { createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Appointment, fields, type Fingerprints, type Link, type Wanted } from '@lockstep/domain'
import { createLedger } from '@lockstep/ledger'
import { startRedis } from '@lockstep/local'
import { closeRedis, connectRedis, createLogger, ready } from '@lockstep/runtime'

/**
 * What the ledger does in a second, and what it takes: `node test/benchmark/ledger.ts`. Redis and this process share
 * the machine. Ids are as long as Exchange's.
 */
const MAILBOXES = 20
const APPOINTMENTS = 250
const IN_FLIGHT = 64

const dir = await mkdtemp(join(tmpdir(), 'lockstep-benchmark-'))
const server = await startRedis({ dir, appendfsync: 'everysec' })
const redis = connectRedis(server.url, { role: 'worker', log: createLogger('benchmark', 'silent') })
await ready(redis)
const ledger = createLedger(redis, { prefix: 'lockstep' })
const nowMs = Date.now()
const mailboxes = await Promise.all(
  Array.from({ length: MAILBOXES }, (_, n) => ledger.enable(`user${n}@contoso.example`, nowMs)),
)
const work = mailboxes.flatMap(({ id }) =>
  Array.from({ length: APPOINTMENTS }, (_, n) => ({ id, appointmentId: `APP-${100_000 + n}` })),
)
const links = new Map(work.map((each) => [key(each.id, each.appointmentId), aLink()]))
const before = await usedBytes()

await measured('accepted', work.length, () =>
  eachOf(work, IN_FLIGHT, ({ id, appointmentId }) => ledger.accept(id, appointmentId, wanted(1), nowMs)),
)
await measured('begun and settled', work.length, () => eachOf(mailboxes, 8, ({ id }) => writeAll(id)))
await measured('accepted, begun and settled', work.length, async () => {
  await eachOf(work, IN_FLIGHT, ({ id, appointmentId }) => ledger.accept(id, appointmentId, wanted(2), nowMs))
  await eachOf(mailboxes, 8, ({ id }) => writeAll(id))
})
const keys = await redis.keys('*:a:*:APP-*')
const sizes = await Promise.all(keys.slice(0, 100).map((name) => redis.memory('USAGE', name, 'SAMPLES', 0)))
const hash = sizes.reduce<number>((sum, size) => sum + Number(size), 0) / sizes.length
print('bytes of a settled record', Math.round(hash))
print(
  'bytes of a settled appointment, indexes included',
  Math.round(((await usedBytes()) - before) / work.length),
)

await closeRedis(redis)
await server.stop()
await rm(dir, { recursive: true })

function key(mailboxId: string, appointmentId: string): string {
  return `${mailboxId} ${appointmentId}`
}

async function writeAll(mailboxId: string): Promise<void> {
  for (;;) {
    const attempts = await ledger.beginOutbound(mailboxId, { limit: 50, nowMs, leaseMs: 30_000 })
    if (attempts.length === 0) return
    await Promise.all(
      attempts.map((attempt) => {
        const link = links.get(key(mailboxId, attempt.record.appointmentId))!
        const written = { ...link.written, version: attempt.record.wanted!.version }
        const outcome = { kind: 'settled', link: { ...link, written }, untold: false } as const
        return ledger.commitOutbound(mailboxId, attempt, outcome, nowMs)
      }),
    )
  }
}

function wanted(version: number): Wanted {
  const time = { dateTime: '2027-03-28T09:00:00', timeZone: 'Europe/Amsterdam' }
  const appointment: Appointment = {
    subject: 'Site visit',
    body: { contentType: 'text', content: 'Bring the plans' },
    start: time,
    end: time,
    isAllDay: false,
    location: 'Room 4',
    showAs: 'busy',
    sensitivity: 'normal',
    importance: 'normal',
    reminderMinutesBeforeStart: 15,
    categories: [],
    attendees: [],
  }
  return { kind: 'present', version, atMs: nowMs, appointment }
}

/** Both sides rewrite the body and the names of attendees; the other fields are the same on both. */
function aLink(): Link {
  const written = fingerprints()
  const other = fingerprints()
  return {
    written: { version: 1, basedOn: 0, fingerprints: written },
    item: {
      itemId: randomBytes(114).toString('base64'),
      uid: randomBytes(56).toString('hex').toUpperCase(),
      role: 'organizer',
      stamped: true,
    },
    attempt: randomBytes(6).toString('base64url'),
    seen: {
      changeKey: randomBytes(30).toString('base64'),
      fingerprints: { ...written, body: other.body, attendees: other.attendees },
    },
    told: { revision: 0, holds: true },
    conflicts: [],
  }
}

function fingerprints(): Fingerprints {
  const digest = () => createHmac('sha256', 'key').update(randomBytes(8)).digest('base64url').slice(0, 22)
  return Object.fromEntries(fields.map((field) => [field, digest()])) as Fingerprints
}

async function eachOf<Item>(items: readonly Item[], atOnce: number, act: (item: Item) => Promise<unknown>) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function measured(what: string, count: number, act: () => Promise<void>): Promise<void> {
  const start = performance.now()
  await act()
  print(`${what} a second`, Math.round((count * 1_000) / (performance.now() - start)))
}

async function usedBytes(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}

function print(what: string, figure: number): void {
  process.stdout.write(`${String(figure).padStart(8)}  ${what}\n`)
}
