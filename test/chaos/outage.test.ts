import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Simulator, startSimulator } from '@lockstep/exchange-simulator'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { isLong, report } from '../support/rounds.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const outageMs = isLong ? 20_000 : 3_000
const sentMeanwhile = outageMs / 200
const mailboxes = [alice, bob, carol]

describe('while Exchange is away', () => {
  test('connections are refused: events are postponed, none costs an attempt, all settle once it is back', async () => {
    const system = await startSystem()
    const stream = startStream(system)
    await eventually(() => expect(stream.sent.length).toBeGreaterThan(6))
    system.simulator.faults.add({ kind: 'refuseConnections' })
    await outage(stream)
    await expectPostponed(system, stream.sent)
    system.simulator.faults.clear()
    await expectAllSettled({ system, sent: await stream.end(), simulator: system.simulator, how: 'refused' })
  })

  test('it is closed and started again on its port: the same', async () => {
    const exchange = await restartableExchange()
    const system = await startSystem({ env: { EWS_URL: exchange.url } })
    const stream = startStream(system)
    await eventually(() => expect(stream.sent.length).toBeGreaterThan(6))
    await exchange.close()
    await outage(stream)
    await expectPostponed(system, stream.sent)
    const simulator = await exchange.start()
    await expectAllSettled({ system, sent: await stream.end(), simulator, how: 'restarted' })
  })
})

type Sent = { mailbox: string; id: string }

/** New appointments, ten a second, until it is ended. */
function startStream({ send }: System) {
  const sent: Sent[] = []
  const ending = new AbortController()
  const running = (async () => {
    while (!ending.signal.aborted) {
      const mailbox = mailboxes[sent.length % mailboxes.length]!
      const id = `S${sent.length}`
      expect(await send(event({ id, version: 1, mailbox }, appointment({ subject: id })))).toMatchObject({
        status: 202,
      })
      sent.push({ mailbox, id })
      await wait(100)
    }
  })()
  const end = async () => {
    ending.abort()
    await running
    return sent
  }
  onTestFinished(async () => void (await end()))
  return { sent: sent as readonly Sent[], end }
}

/** Long enough for attempts to fail again and again, and for events enough to arrive. */
async function outage({ sent }: { sent: readonly Sent[] }): Promise<void> {
  const before = sent.length
  await wait(outageMs)
  await eventually(() => expect(sent.length - before).toBeGreaterThan(sentMeanwhile))
}

/** Several were tried again and again, and each is still at its first attempt. */
async function expectPostponed({ state, trail }: System, sent: readonly Sent[]): Promise<void> {
  const pending = []
  for (const { mailbox, id } of sent) {
    const { state: settlement, outbound } = await state(mailbox, id)
    if (settlement === 'pending' && outbound) pending.push({ mailbox, id, attempts: outbound.attempts })
  }
  expect(pending.length).toBeGreaterThanOrEqual(sentMeanwhile)
  expect(pending.filter(({ attempts }) => attempts > 1)).toEqual([])

  const [first] = pending
  await eventually(async () => {
    const steps = (await trail(first!.mailbox, first!.id)).map(({ step }) => step)
    expect(steps.filter((step) => step === 'postponed').length).toBeGreaterThan(1)
  })
}

type Settling = { system: System; sent: readonly Sent[]; simulator: Simulator; how: string }

async function expectAllSettled({ system, sent, simulator, how }: Settling): Promise<void> {
  const backAtMs = Date.now()
  for (const { mailbox, id } of sent) await system.settled(mailbox, id, 1)
  report({ how, outageMs, sent: sent.length, settledInMs: Date.now() - backAtMs })

  for (const mailbox of mailboxes) {
    const subjects = simulator.calendarOf(mailbox).map(({ subject }) => subject)
    const wanted = sent.filter((each) => each.mailbox === mailbox).map(({ id }) => id)
    expect(subjects.toSorted()).toEqual(wanted.toSorted())
  }
  expect(system.application.received).toEqual([])
}

async function restartableExchange() {
  const dataDir = await mkdtemp(join(tmpdir(), 'lockstep-exchange-'))
  let simulator = await startSimulator({ seed: false, dataDir })
  const { url } = simulator
  let isOpen = true
  const close = async () => {
    if (isOpen) await simulator.close()
    isOpen = false
  }
  onTestFinished(async () => {
    await close()
    await rm(dataDir, { recursive: true })
  })
  return {
    url,
    close,
    async start(): Promise<Simulator> {
      simulator = await startSimulator({ seed: false, dataDir, port: Number(new URL(url).port) })
      isOpen = true
      return simulator
    },
  }
}
