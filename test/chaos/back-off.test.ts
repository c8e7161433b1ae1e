import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Simulator } from '@lockstep/exchange-simulator'
import { eventually, testRedis } from '@lockstep/runtime/testing'
import type { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { type EwsGate, type GateCall, startEwsGate } from '../support/ews-gate.ts'
import { report } from '../support/rounds.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const mailboxes = [alice, bob, carol]
/** For the other process's calls that were on their way when it was known that Exchange is busy. */
const underWayMs = 600

type Busy = Parameters<Simulator['faults']['add']>[0]

const busy: { name: string; fault: Busy; backOffMs: number }[] = [
  { name: 'as a fault, with a hint', fault: { kind: 'busyFault', backOffMs: 1_500 }, backOffMs: 1_500 },
  { name: 'as a fault, with a hint of 0', fault: { kind: 'busyFault', backOffMs: 0 }, backOffMs: 1_000 },
  { name: 'as a fault, without a hint', fault: { kind: 'busyFault' }, backOffMs: 1_000 },
  { name: 'for an item, with a hint', fault: { kind: 'busyItem', backOffMs: 1_500 }, backOffMs: 1_500 },
  { name: 'for an item, without a hint', fault: { kind: 'busyItem' }, backOffMs: 1_000 },
  { name: '503 with Retry-After', fault: { kind: 'unavailable', retryAfterSeconds: 2 }, backOffMs: 2_000 },
]

describe('a busy Exchange', () => {
  test('is left alone by two worker processes for as long as it says, and no attempt is spent', async () => {
    const gate = await startEwsGate()
    const system = await startSystem({ gate, without: ['outbound'] })
    await Promise.all([1, 2].map(() => startWorkerProcess('outbound-worker', system.env)))
    const { redis } = testRedis()
    const stream = startStream(system)
    for (const { name, fault, backOffMs } of busy) {
      const striking = { redis, system, gate, fault, sent: stream.sent, backOffMs }
      let struck = await strike(striking)
      // What is late itself cannot tell a call that was long on its way from one that began too early.
      for (let tries = 1; tries < 5 && struck.meanwhile.length > 0 && struck.latenessMs > 100; tries += 1)
        struck = await strike(striking)
      const { meanwhile, attempts } = struck
      report({ name, backOffMs, callsMeanwhile: meanwhile.length, attempts })
      expect({ name, meanwhile }).toEqual({ name, meanwhile: [] })
      expect(attempts).toBeLessThanOrEqual(1)
    }
    const sent = await stream.end()
    for (const { mailbox, id } of sent) await system.settled(mailbox, id, 1)
    for (const mailbox of mailboxes)
      expect(system.simulator.calendarOf(mailbox)).toHaveLength(
        sent.filter((each) => each.mailbox === mailbox).length,
      )
  })
})

type Striking = {
  redis: Redis
  system: System
  gate: EwsGate
  fault: Busy
  sent: readonly { mailbox: string; id: string }[]
  backOffMs: number
}

/** Lets Exchange say once that it is busy. Resolves when calls are made again. */
async function strike({ redis, system, gate, fault, sent, backOffMs }: Striking) {
  const sinceMs = Date.now()
  const lateness = monitorEventLoopDelay({ resolution: 10 })
  lateness.enable()
  system.simulator.faults.add({ ...fault, operation: 'CreateItem', times: 1 })
  const untilMs = await eventually(async () => {
    const [key = ''] = await redis.keys(`*${system.env['KEY_PREFIX']}*:notBefore`)
    const found = Number(await redis.get(key))
    expect({ fault, isNew: found >= sinceMs + backOffMs }).toEqual({ fault, isNew: true })
    return found
  })
  const call = gate.calls.find(({ isBusy, answeredAtMs = 0 }) => isBusy && answeredAtMs >= sinceMs)
  expect({ fault, call }).toMatchObject({ call: { isBusy: true } })
  await wait(backOffMs / 2)
  const { mailbox, id } = sent.at(-2)!
  const attempts = (await system.state(mailbox, id)).outbound?.attempts ?? 0
  await eventually(() => expect(gate.calls.some(isWithin(untilMs - 20, Infinity))).toBe(true))
  lateness.disable()
  const meanwhile = gate.calls.filter(isWithin(untilMs - backOffMs + underWayMs, untilMs - 20))
  return { meanwhile, attempts, latenessMs: lateness.max / 1e6 }
}

function isWithin(fromMs: number, untilMs: number) {
  return ({ startedAtMs }: GateCall) => startedAtMs > fromMs && startedAtMs < untilMs
}

/** New appointments, twenty a second, until it is ended. */
function startStream({ send }: System) {
  const sent: { mailbox: string; id: string }[] = []
  const ending = new AbortController()
  const running = (async () => {
    while (!ending.signal.aborted) {
      const mailbox = mailboxes[sent.length % mailboxes.length]!
      const id = `S${sent.length}`
      await send(event({ id, version: 1, mailbox }, appointment()))
      sent.push({ mailbox, id })
      await wait(50)
    }
  })()
  const end = async () => {
    ending.abort()
    await running
    return sent
  }
  onTestFinished(async () => void (await end()))
  return { sent: sent as readonly { mailbox: string; id: string }[], end }
}
