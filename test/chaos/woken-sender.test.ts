import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { report } from '../support/rounds.ts'
import { alice, bob, carol, startSystem } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const env = { LATE_CALL_SECONDS: '4', EWS_MAX_IN_FLIGHT: '2', EWS_WAIT_SECONDS: '120' }
const guests = { attendees: [{ address: 'dan@elsewhere.example', name: 'Dan', type: 'required' }] }

test('a worker that is frozen before it sends, and woken when another has, sends nothing', async () => {
  const gate = await startEwsGate()
  const system = await startSystem({ gate, env, without: ['outbound', 'inbound'] })
  const { send, settled, simulator } = system
  await system.startWorker('outbound')
  await send(event({ id: 'A', version: 1, mailbox: carol }, appointment(guests)))
  await settled(carol, 'A', 1)
  await system.stopWorker('outbound')
  const sleeper = await startWorkerProcess('outbound-worker', system.env)

  // Bob's create and Carol's search are on their way: that is all the budget, and Alice's create waits for its turn.
  const held = [
    gate.hold('answer', { operation: 'CreateItem', mailbox: bob }),
    gate.hold('answer', { operation: 'GetItem', mailbox: carol }),
  ]
  await send(event({ id: 'A', version: 1, mailbox: bob }, appointment()))
  await send(event({ id: 'A', version: 2, mailbox: carol }))
  await Promise.all(held.map(({ reached }) => reached))
  await send(event({ id: 'A', version: 1 }, appointment(guests)))
  await eventually(async () => {
    const steps = (await system.trail(alice, 'A')).map(({ step }) => step)
    expect(steps).toContain('started')
  })
  sleeper.signal('SIGSTOP')
  const stoppedAtMs = Date.now()

  await startWorkerProcess('outbound-worker', system.env)
  await settled(alice, 'A', 1)
  await settled(carol, 'A', 2)
  report({ takenOverInMs: Date.now() - stoppedAtMs })
  const before = gate.calls.length
  for (const { release } of held) release()
  sleeper.signal('SIGCONT')

  await eventually(() => expect(sleeper.lines.filter((line) => line.includes('overlapped'))).toHaveLength(3))
  expect(gate.calls.slice(before)).toEqual([])
  expect(simulator.mails.map(({ from, kind }) => `${from} ${kind}`).toSorted()).toEqual([
    `${alice} invitation`,
    `${carol} cancellation`,
    `${carol} invitation`,
  ])
})
