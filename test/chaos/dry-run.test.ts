import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import { ask, atRest, changesIn, keysOf, type Report, sorted } from '../support/dry-run.ts'
import { appointment, event } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { startWorkerProcess } from '../support/worker-process.ts'

const times = {
  start: { dateTime: '2031-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2031-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}

test('a dry run whose worker is killed in the middle begins anew, says all of it once, and does nothing', async () => {
  const { system, doomed, release, reportOf, keys, told, items } = await inTheMiddle()
  const { application, set } = system
  doomed.signal('SIGKILL')
  await doomed.ended
  release()
  await system.startWorker('inbound')
  const report = await reportOf()

  expect(report.counts).toMatchObject({ 'inbound.created': items.length, 'outbound.create': 1 })
  expect(changesIn(report.entries)).toHaveLength(items.length)
  expect(await recordsOf(system)).toEqual(keys)
  expect(application.received).toHaveLength(told)
  await set({ outbound: 'on', inbound: 'on' }, alice)
  await atRest(system, report.entries)
  const done = application.received.slice(told).map(({ data }) => ({ id: data.appointmentId }))
  expect(sorted(done)).toEqual(sorted(changesIn(report.entries).map(({ id }) => ({ id }))))
})

test('one whose worker is frozen and wakes when it was begun anew says nothing twice', async () => {
  const { system, doomed, release, reportOf, items } = await inTheMiddle()
  doomed.signal('SIGSTOP')
  release()
  await system.startWorker('inbound')
  const report = await reportOf()
  expect(report.counts).toMatchObject({ 'inbound.created': items.length, 'outbound.create': 1 })
  const keys = await keysOf(system)
  doomed.signal('SIGCONT')
  // It finishes what it has in hand.
  doomed.signal('SIGTERM')
  await doomed.ended
  expect(await reportOf()).toEqual(report)
  expect(await keysOf(system)).toEqual(keys)
})

/** A dry run of many items, the first part of which lies in the hands of a worker that waits for Exchange. */
async function inTheMiddle() {
  const gate = await startEwsGate()
  const system = await startSystem({ gate, env: { POLL_SECONDS: '1' } })
  const { simulator, application, send, set, synced } = system
  await synced(alice)
  await set({ outbound: 'off', inbound: 'off' }, alice)
  await system.stopWorker('inbound')
  // More than are looked at together.
  const items = Array.from({ length: 60 }, (_, n) => `item ${n}`)
  for (const subject of items) simulator.userCreates(alice, { subject, ...times })
  await send(event({ id: 'A', version: 1 }, appointment()))
  const [keys, told] = [await recordsOf(system), application.received.length]

  const readingFirst = gate.hold('answer', { operation: 'GetItem', mailbox: alice })
  const doomed = await startWorkerProcess('inbound-worker', system.env)
  await system.act(alice, 'dry-run')
  await readingFirst.reached
  const reading = gate.hold('answer', { operation: 'GetItem', mailbox: alice })
  readingFirst.release()
  await reading.reached
  const reportOf = () =>
    eventually(async () => {
      const said = await ask<Report>(system, `mailboxes/${alice}/dry-run?limit=1000`)
      expect(said).toMatchObject({ state: 'done' })
      return said
    })
  return { system, doomed, release: reading.release, reportOf, keys, told, items }
}

/** Workers that come and go say so in the state of the mailbox. */
async function recordsOf(system: System): Promise<[string, string][]> {
  return [...(await keysOf(system))].filter(([key]) => !key.includes(':m:'))
}
