import { setTimeout as wait } from 'node:timers/promises'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { type EwsGate, type Held, startEwsGate } from '../support/ews-gate.ts'
import { report, rounds } from '../support/rounds.ts'
import { startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const limitMs = 15_000
const lateCallMs = 13_000
const attendees = [{ address: 'guest@elsewhere.example', name: 'Guest', type: 'required' }]

/** Where the kill hits: Exchange has made the item and nobody knows; it has not seen the call yet; anywhere. */
type Moment = 'answer' | 'request' | 'random'

describe('an outbound worker that is killed with -9', () => {
  test('leaves one item for each appointment, settled within 15 s', async () => {
    const moments = momentsOf(rounds(3, 20))
    const bed = await setUp(moments.length)
    const kills = []
    for (const [round, moment] of moments.entries()) kills.push(await bed.killIn(round, moment, {}))
    for (const { held } of kills) held?.release()

    const settled = await Promise.all(kills.map((kill) => settling(bed.system, kill)))
    report({ kills: settled })
    expect(Math.max(...settled.map(({ settledInMs }) => settledInMs))).toBeLessThan(limitMs)
    for (const { mailbox, id } of kills) await expectOneItem(bed.system, mailbox, id)
    expect(bed.system.simulator.mails).toEqual([])
  }, 120_000)

  test('invites nobody twice, and repeats a lost invitation only after the stated wait', async () => {
    const moments = momentsOf(rounds(2, 20))
    const bed = await setUp(moments.length)
    const kills = []
    for (const [round, moment] of moments.entries()) {
      const kill = await bed.killIn(round, moment, { attendees })
      // Of the calls that Exchange has not seen every other one lands late; the rest never do.
      if (round % 2 === 0) kill.held?.release()
      kills.push(kill)
    }
    const settled = await Promise.all(kills.map((kill) => settling(bed.system, kill)))
    report({ killsWithAttendees: settled })
    for (const { mailbox, id } of kills) {
      await expectOneItem(bed.system, mailbox, id)
      expectStatedWait(bed.gate, mailbox)
      const mails = bed.system.simulator.mails.filter(({ from }) => from === mailbox)
      expect(mails).toMatchObject([{ kind: 'invitation', to: attendees[0]!.address }])
    }
  }, 120_000)
})

function momentsOf(count: number): Moment[] {
  const moments: Moment[] = ['answer', 'request', 'random', 'random']
  return Array.from({ length: count }, (_, round) => moments[round % moments.length]!)
}

type Kill = { mailbox: string; id: string; moment: Moment; killedAtMs: number; held: Held | undefined }

/** A mailbox for each kill, and one worker at a time, which the next takes the place of. */
async function setUp(count: number) {
  const gate = await startEwsGate()
  const mailboxes = Array.from({ length: count }, (_, round) => `user${round}@contoso.example`)
  const env = { LATE_CALL_SECONDS: String(lateCallMs / 1_000) }
  const system = await startSystem({ gate, mailboxes, without: ['outbound'], env })
  let worker = await startWorkerProcess('outbound-worker', system.env)

  const killIn = async (round: number, moment: Moment, content: object): Promise<Kill> => {
    const mailbox = mailboxes[round]!
    const id = `K${round}`
    const held = moment === 'random' ? undefined : gate.hold(moment, { operation: 'CreateItem', mailbox })
    if (moment === 'random') system.simulator.faults.add({ kind: 'latency', ms: 60, mailbox, times: 3 })
    await system.send(event({ id, version: 1, mailbox }, appointment({ subject: id, ...content })))
    await (held ? held.reached : wait(Math.random() * 150))
    worker.signal('SIGKILL')
    const killedAtMs = Date.now()
    await worker.ended
    worker = await startWorkerProcess('outbound-worker', system.env)
    return { mailbox, id, moment, killedAtMs, held }
  }
  return { gate, system, killIn }
}

async function settling({ settled, trail }: System, { mailbox, id, moment, killedAtMs }: Kill) {
  await settled(mailbox, id, 1, 30_000)
  const steps = await trail(mailbox, id)
  const settledAtMs = Date.parse(steps.find(({ step }) => step === 'settled')?.at ?? '')
  return { moment, settledInMs: settledAtMs - killedAtMs }
}

/** Also once everything that landed late was looked at. */
async function expectOneItem({ simulator, synced }: System, mailbox: string, id: string): Promise<void> {
  await synced(mailbox, 10_000)
  await eventually(() => expect(simulator.calendarOf(mailbox)).toMatchObject([{ subject: id }]))
}

/** A call with attendees whose answer was lost is sent again only once the lost one can no longer land. */
function expectStatedWait({ calls }: EwsGate, mailbox: string): void {
  const creates = calls.filter((call) => call.operation === 'CreateItem' && call.mailbox === mailbox)
  const [lost, repeated] = creates
  expect(creates.length).toBeLessThanOrEqual(2)
  if (repeated) expect(repeated.startedAtMs - lost!.startedAtMs).toBeGreaterThan(lateCallMs - 100)
}
