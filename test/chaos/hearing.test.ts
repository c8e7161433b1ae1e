import { setTimeout as wait } from 'node:timers/promises'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { type Door, startDoor } from '../support/door.ts'
import { isLong, report } from '../support/rounds.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts'

const start = { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' }
const end = { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' }

/** `CHAOS=long`: 500 mailboxes, in real time, with the intervals that a deployment has. */
const others = Array.from({ length: isLong ? 497 : 3 }, (_, index) => `user${index}@contoso.example`)
const mailboxes = [alice, bob, carol, ...others]
const moved = mailboxes.slice(0, Math.ceil(mailboxes.length / 10))
const minuteMs = isLong ? 60_000 : 3_000
/** In a long run as a deployment has them. */
const timing = isLong
  ? {
      push: { POLL_SECONDS: '30', COMPARE_SECONDS: '90' },
      streaming: { POLL_SECONDS: '30', COMPARE_SECONDS: '45' },
    }
  : {
      push: { POLL_SECONDS: '2', COMPARE_SECONDS: '4' },
      streaming: { POLL_SECONDS: '2', COMPARE_SECONDS: '4' },
    }

/** How soon a change has to be noticed. */
const limitMs = { push: 2 * minuteMs, streaming: isLong ? 60_000 : 6_000 }
/** With all of the parts in one process on a busy machine some things take their time; a long run has it to itself. */
const slackMs = isLong ? 0 : 60_000

type Way = keyof typeof limitMs
type Scene = { system: System; door: Door; workers: readonly WorkerProcess[] }
type Trouble = {
  of?: readonly string[]
  workers?: number
  cause: (scene: Scene) => Promise<void> | void
  /** Only comparing helps: the changes are made at any time between two comparisons, in a long run. */
  isSpread?: true
  /** What is so in the end, besides. */
  after?: (scene: Scene) => Promise<void>
}

const troubles: Record<string, Trouble> = {
  'the notification listener is killed': { cause: ({ door }) => door.shut() },
  'a worker is killed': {
    workers: 2,
    async cause({ workers: [owner, other] }) {
      await eventually(() => expect(hasTaken(owner!)).toBe(true))
      expect(hasTaken(other!)).toBe(false)
      owner!.signal('SIGKILL')
    },
    after: ({ workers: [, other] }) => eventually(() => expect(hasTaken(other!)).toBe(true)),
  },
  'Exchange loses its subscriptions': { cause: ({ system }) => system.simulator.subscriptions.clear() },
  'Exchange restarts': { cause: ({ system }) => system.simulator.restart(minuteMs / 20) },
  'mailboxes move': {
    of: moved,
    cause: ({ system }) => moved.forEach((mailbox) => system.simulator.moveMailbox(mailbox, minuteMs / 20)),
  },
  'every notification is lost': {
    cause: ({ system }) => void system.simulator.faults.add({ kind: 'notificationLost' }),
    isSpread: true,
  },
}

const scenes: [Way, string][] = [
  ['push', 'the notification listener is killed'],
  ['push', 'Exchange loses its subscriptions'],
  ['push', 'Exchange restarts'],
  ['push', 'mailboxes move'],
  ['push', 'every notification is lost'],
  ['streaming', 'a worker is killed'],
  ['streaming', 'Exchange loses its subscriptions'],
  ['streaming', 'Exchange restarts'],
  ['streaming', 'mailboxes move'],
  ['streaming', 'every notification is lost'],
]
/** The others are covered by system tests. */
const short = new Set(['the notification listener is killed', 'a worker is killed', 'mailboxes move'])

describe('every change arrives in time', () => {
  test.runIf(isLong).each(scenes)('by %s, when %s', (way, name) => expectInTime(way, name), 600_000)
  test.runIf(!isLong).each(scenes.filter(([, name]) => short.has(name)))(
    'by %s, when %s, for few',
    (way, name) => expectInTime(way, name),
  )
})

async function expectInTime(way: Way, name: string): Promise<void> {
  const { of = mailboxes, workers = 0, cause, isSpread, after } = troubles[name]!
  const everyMs = isSpread && isLong ? (Number(timing[way].COMPARE_SECONDS) * 1_000) / of.length : 1
  const scene = await setUp(way, workers)
  const { system } = scene
  const calls = callsOf(system)
  await wait(isLong ? 10_000 : 500)
  await cause(scene)
  const madeAtMs = new Map<string, number>()
  for (const mailbox of of) {
    madeAtMs.set(mailbox, Date.now())
    system.simulator.userCreates(mailbox, { subject: 'Lunch', start, end })
    await wait(everyMs)
  }
  const toldAtMs = await toldTo(system, of.length, limitMs[way] + slackMs + 30_000)
  const tookMs = of
    .map((mailbox) => toldAtMs.get(mailbox)! - madeAtMs.get(mailbox)!)
    .toSorted((a, b) => a - b)
  const [medianMs, maxMs] = [tookMs[Math.floor(tookMs.length / 2)]!, tookMs.at(-1)!]
  report({ way, name, changes: of.length, medianMs, maxMs, calls: callsOf(system) - calls })
  expect(maxMs).toBeLessThan(limitMs[way] + slackMs)
  await after?.(scene)
}

function hasTaken({ lines }: WorkerProcess): boolean {
  return lines.some((line) => line.includes('listens to a group'))
}

async function setUp(way: Way, count: number): Promise<Scene> {
  const system = await startSystem({
    minuteMs,
    mailboxes: others,
    without: ['inbound', 'outbound'],
    env: { NOTIFICATIONS: way, ...timing[way] },
  })
  const door = await startDoor(system.ingressUrl)
  system.restartWith({ INGRESS_PUBLIC_URL: door.url })
  if (count === 0) await system.startWorker('inbound')
  const workers: WorkerProcess[] = []
  // The first one is the owner of every group.
  while (workers.length < count) {
    workers.push(await startWorkerProcess('inbound-worker', system.env))
    if (workers.length === 1) await allHeard(system, way)
  }
  await allHeard(system, way)
  return { system, door, workers }
}

async function allHeard(system: System, way: Way): Promise<void> {
  await eventually(async () => expect(await heardBy(system, way)).toBe(mailboxes.length), 240_000)
}

async function heardBy({ metrics }: System, way: Way): Promise<number> {
  const [, count] =
    new RegExp(`^lockstep_mailboxes_heard\\{.*way="${way}".*\\} (\\d+)$`, 'm').exec(await metrics()) ?? []
  return Number(count)
}

/** When the application was told of the change in each mailbox. */
async function toldTo(
  { application }: System,
  count: number,
  timeoutMs: number,
): Promise<Map<string, number>> {
  const toldAtMs = new Map<string, number>()
  let read = 0
  await eventually(() => {
    for (; read < application.received.length; read += 1) {
      const { mailbox } = application.received[read]!.data
      if (!toldAtMs.has(mailbox)) toldAtMs.set(mailbox, Date.now())
    }
    expect(toldAtMs.size).toBe(count)
  }, timeoutMs)
  return toldAtMs
}

function callsOf({ simulator }: System): number {
  return Object.values(simulator.calls).reduce((sum, calls) => sum + calls, 0)
}
