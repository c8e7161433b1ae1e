import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { report } from '../support/rounds.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const mailboxes = [alice, bob, carol]

describe('two workers that overlap', () => {
  test('one sleeps past its lock and its lease, and wakes up: one item each, the newest version, no mail', async () => {
    const gate = await startEwsGate()
    const system = await startSystem({ gate, without: ['outbound'], env: { POLL_SECONDS: '0.5' } })
    const sleeper = await startWorkerProcess('outbound-worker', system.env)
    await write(system, carol, 1)
    await system.settled(carol, 'A', 1)

    // Alice's create is not yet at Exchange, Bob's is made, Carol's update is on its way.
    const held = [
      gate.hold('request', { operation: 'CreateItem', mailbox: alice }),
      gate.hold('answer', { operation: 'CreateItem', mailbox: bob }),
      gate.hold('request', { operation: 'UpdateItem', mailbox: carol }),
    ]
    for (const mailbox of mailboxes) await write(system, mailbox, 2)
    await Promise.all(held.map(({ reached }) => reached))
    sleeper.signal('SIGSTOP')
    const stoppedAtMs = Date.now()

    await startWorkerProcess('outbound-worker', system.env)
    for (const mailbox of mailboxes) await write(system, mailbox, 3)
    for (const mailbox of mailboxes) await system.settled(mailbox, 'A', 3)
    report({ takenOverInMs: Date.now() - stoppedAtMs })
    for (const { release } of held) release()
    sleeper.signal('SIGCONT')

    await eventually(() => expect(sleeper.lines.filter(saysOverlapped)).toHaveLength(mailboxes.length))
    for (const mailbox of mailboxes) await expectOneItem(system, mailbox)
    expect(system.simulator.mails).toEqual([])
    expect(system.application.received).toEqual([])
  })
})

async function write({ send }: System, mailbox: string, version: number): Promise<void> {
  await send(event({ id: 'A', version, mailbox }, appointment({ subject: `Version ${version}` })))
}

function saysOverlapped(line: string): boolean {
  return line.includes('overlapped with another attempt')
}

/** Also once what came late was folded and looked at. */
async function expectOneItem({ simulator, settled, synced }: System, mailbox: string): Promise<void> {
  await eventually(async () => {
    await synced(mailbox)
    expect(simulator.calendarOf(mailbox)).toMatchObject([{ subject: 'Version 3' }])
  })
  await settled(mailbox, 'A', 3)
  expect(simulator.calendarOf(mailbox)).toMatchObject([{ subject: 'Version 3' }])
}
