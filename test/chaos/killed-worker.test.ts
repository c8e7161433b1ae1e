import { setTimeout as wait } from 'node:timers/promises'
import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { type EwsGate, type Held, startEwsGate } from '../support/ews-gate.ts'
import { isLong, report, rounds } from '../support/rounds.ts'
import { startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const limitMs = 15_000
const lateCallMs = 12_000
/** How much longer one call may be on its way to the gate than the next. */
const onItsWayMs = 2_000
const guest = { address: 'guest@elsewhere.example', name: 'Guest', type: 'required' }

/**
 * Where the kill hits: Exchange has made the item and the worker does not know; Exchange gets the call only when the
 * worker is dead; it never gets it; anywhere.
 */
type Moment = 'answer' | 'late' | 'never' | 'random'
type Plan = { moment: Moment; isMeeting: boolean }

describe('an outbound worker that is killed with -9', () => {
  test('again and again leaves one item for each appointment, and one invitation to each meeting', async () => {
    const plans = plansOf(rounds(5, 40))
    const bed = await setUp(plans.length)
    const kills: Kill[] = []
    for (const [round, plan] of plans.entries()) kills.push(await bed.killIn(round, plan))
    // One kill may hit what an earlier one has hit before, so it is the last one that counts.
    const { killedAtMs } = kills.at(-1)!
    const settled = await Promise.all(kills.map((kill) => settling(bed.system, { ...kill, killedAtMs })))
    report({
      rapidKills: kills.length,
      slowestMs: Math.max(...settled.map(({ settledInMs }) => settledInMs)),
    })
    // In a short run others want the machine too.
    for (const { isMeeting, settledInMs } of isLong ? settled : [])
      expect(settledInMs).toBeLessThan(isMeeting ? limitMs + lateCallMs : limitMs)
    await expectNothingTwice(bed, kills)
  })

  test.runIf(isLong)('once has everything settled within 15 s, twenty times', async () => {
    const beds = await Promise.all([1, 2, 3, 4].map(() => setUp(5)))
    const rows = await Promise.all(
      beds.map(async (bed, offset) => {
        const kills: Kill[] = []
        const settled = []
        for (let round = 0; round < 5; round++) {
          const moment = moments[(round + offset) % moments.length]!
          kills.push(await bed.killIn(round, { moment, isMeeting: offset === 3 }))
          settled.push(await settling(bed.system, kills.at(-1)!))
        }
        await expectNothingTwice(bed, kills)
        return settled
      }),
    )
    report({ singleKills: rows.flat() })
    for (const { isMeeting, moment, settledInMs } of rows.flat())
      if (!isMeeting || moment === 'answer') expect(settledInMs).toBeLessThan(limitMs)
  })
})

const moments: Moment[] = ['answer', 'never', 'random', 'late', 'random']

function plansOf(count: number): Plan[] {
  return Array.from({ length: count }, (_, round) => ({
    moment: moments[round % moments.length]!,
    isMeeting: count > moments.length ? round >= count / 2 : round % 2 === 1,
  }))
}

type Bed = Awaited<ReturnType<typeof setUp>>
type Kill = Plan & { mailbox: string; id: string; killedAtMs: number }

/** A mailbox for each kill, and one worker at a time, whose place the next one takes. */
async function setUp(count: number) {
  const gate = await startEwsGate()
  const mailboxes = Array.from({ length: count }, (_, round) => `user${round}@contoso.example`)
  const env = { LATE_CALL_SECONDS: String(lateCallMs / 1_000) }
  const system = await startSystem({ gate, mailboxes, without: ['outbound'], env })
  let worker = await startWorkerProcess('outbound-worker', system.env)

  const killIn = async (round: number, plan: Plan): Promise<Kill> => {
    const mailbox = mailboxes[round]!
    const id = `K${round}`
    const held = holdAt(gate, plan.moment, mailbox)
    if (!held) system.simulator.faults.add({ kind: 'latency', ms: 60, mailbox, times: 3 })
    const attendees = plan.isMeeting ? [guest] : []
    await system.send(event({ id, version: 1, mailbox }, appointment({ subject: id, attendees })))
    await (held ? held.reached : wait(Math.random() * 150))
    worker.signal('SIGKILL')
    const killedAtMs = Date.now()
    await worker.ended
    if (plan.moment === 'late') held?.release()
    worker = await startWorkerProcess('outbound-worker', system.env)
    return { ...plan, mailbox, id, killedAtMs }
  }
  return { gate, system, killIn }
}

function holdAt(gate: EwsGate, moment: Moment, mailbox: string): Held | undefined {
  if (moment === 'random') return undefined
  return gate.hold(moment === 'answer' ? 'answer' : 'request', { operation: 'CreateItem', mailbox })
}

async function settling({ settled }: System, { mailbox, id, moment, isMeeting, killedAtMs }: Kill) {
  await settled(mailbox, id, 1)
  return { moment, isMeeting, settledInMs: Date.now() - killedAtMs }
}

async function expectNothingTwice({ system, gate }: Bed, kills: readonly Kill[]): Promise<void> {
  for (const kill of kills) {
    await expectOneItem(system, kill)
    const mails = system.simulator.mails.filter(({ from }) => from === kill.mailbox)
    expect(mails).toMatchObject(kill.isMeeting ? [{ kind: 'invitation', to: guest.address }] : [])
    if (kill.isMeeting) expectStatedWait(gate, kill.mailbox)
  }
}

/** Also once everything that landed late was looked at. */
async function expectOneItem({ simulator, synced }: System, { mailbox, id }: Kill): Promise<void> {
  await synced(mailbox)
  await eventually(() => expect(simulator.calendarOf(mailbox)).toMatchObject([{ subject: id }]))
}

/** A call with attendees whose answer was lost is sent again only once the lost one can no longer land. */
function expectStatedWait({ calls }: EwsGate, mailbox: string): void {
  const creates = calls.filter((call) => call.operation === 'CreateItem' && call.mailbox === mailbox)
  for (const [index, repeated] of creates.slice(1).entries())
    expect(repeated.startedAtMs - creates[index]!.startedAtMs).toBeGreaterThan(lateCallMs - onItsWayMs)
}
