import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { startDeployment } from '../support/connections.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { runLockstep } from '../support/lockstep-command.ts'
import { alice, bob, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5' }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const guests = [{ address: 'dan@elsewhere.example', name: 'Dan', type: 'required' }]

describe('outbound switched off', () => {
  test('for everything: events are taken and cost no attempt; on again, the newest state is written', async () => {
    const system = await startSystem({ env })
    const { send, set, settled, simulator, state } = system
    expect(await set({ outbound: 'off' })).toMatchObject({ inForce: { outbound: { value: 'off' } } })
    await set({ outbound: 'on' }, bob)
    for (const version of [1, 2, 3]) {
      const answer = await send(event({ id: 'A', version }, appointment({ location: `Room ${version}` })))
      expect(answer).toMatchObject({ status: 202, body: { results: [{ status: 'accepted' }] } })
    }
    await send(event({ id: 'B', version: 1, mailbox: bob }, appointment()))
    await toldOfNew(system, alice)
    await toldOfNew(system, bob)
    expect(simulator.calls['CreateItem']).toBeUndefined()
    expect(await state(alice, 'A')).toMatchObject({ state: 'pending', outbound: { attempts: 0 } })

    await set({ outbound: null })
    await settled(alice, 'A', 3)
    await settled(bob, 'B', 1)
    expect(simulator.calls).toMatchObject({ CreateItem: 2 })
    expect(simulator.calls['UpdateItem']).toBeUndefined()
    expect(ours(system, alice)).toMatchObject([{ location: 'Room 3' }])
  })

  test('for a mailbox: the others go on, and it stays off over a restart of the worker', async () => {
    const { send, set, settled, state, stopWorker, startWorker } = await startSystem({ env })
    await set({ outbound: 'off' }, alice)
    await send(event({ id: 'A', version: 1 }, appointment()))
    await stopWorker('outbound')
    await startWorker('outbound')
    await send(
      event({ id: 'A', version: 2 }, appointment()),
      event({ id: 'B', version: 1, mailbox: bob }, appointment()),
    )
    await settled(bob, 'B', 1)
    expect(await state(alice, 'A')).toMatchObject({ writtenVersion: 0, outbound: { attempts: 0 } })
    await set({ outbound: 'on' }, alice)
    await settled(alice, 'A', 2)
  })

  test('takes a worker by surprise that has much to do: what it has in hand is finished, the rest waits', async () => {
    const gate = await startEwsGate()
    const { send, set, simulator, state } = await startSystem({ env, gate })
    const creating = gate.hold('request', { operation: 'CreateItem' })
    const ids = Array.from({ length: 120 }, (_, n) => `A${n}`)
    await send(...ids.map((id) => event({ id, version: 1 }, appointment())))
    await creating.reached
    await set({ outbound: 'off' })
    creating.release()
    const states = async () => Promise.all(ids.map((id) => state(alice, id)))
    await eventually(async () => {
      const inHand = (await states()).filter(({ outbound }) => (outbound?.attempts ?? 0) > 0)
      expect(inHand).toEqual([])
    })
    const waiting = (await states()).filter(({ writtenVersion }) => writtenVersion === 0)
    expect(waiting.length).toBeGreaterThan(20)
    expect(simulator.calendarOf(alice)).toHaveLength(ids.length - waiting.length)

    await set({ outbound: 'on' })
    await eventually(async () => {
      const unsettled = (await states()).filter((each) => each.state !== 'settled')
      expect(unsettled).toEqual([])
    })
    expect(simulator.calendarOf(alice)).toHaveLength(ids.length)
  })
})

test('what is off is told by the metrics of the worker that owns it', async () => {
  const { organisations, probes } = await startDeployment({ names: ['contoso', 'fabrikam'] })
  const off = async (worker: 'outbound' | 'inbound') => {
    const text = await (await fetch(`${probes[worker]}/metrics`)).text()
    const lines = text.split('\n').filter((line) => /^lockstep_(direction|mailboxes)_off/.test(line))
    return lines.filter((line) => !line.endsWith(' 0')).map((line) => line.replaceAll(/[{}",]/g, ' '))
  }
  const { contoso } = organisations
  await contoso!.set({ inbound: 'off', by: 'Olga' })
  await eventually(async () =>
    expect(await off('inbound')).toEqual([
      expect.stringMatching(/^lockstep_direction_off .*inbound .*contoso .*1$/),
      expect.stringMatching(/^lockstep_mailboxes_off .*inbound .*contoso .*2$/),
    ]),
  )
  expect(await off('outbound')).toEqual([])
})

test('what is off is told by the doctor and in the list of mailboxes', async () => {
  const system = await startSystem({ env: { MAILBOXES: alice } })
  await system.set({ outbound: 'off', by: 'Olga' })
  await system.set({ inbound: 'off' }, alice)
  const { facts } = await runLockstep(['doctor', '--json', '--wait', '0.2'], system)
  const says = expect.stringMatching(
    /^outbound is off for everything since 20.+, by Olga .+; inbound is off for 1 mailbox$/,
  )
  expect(facts.find(({ step }) => step === 'switches')).toMatchObject({ code: 'DIRECTION_OFF', says })
  const list = await runLockstep(['mailboxes', 'list'], system)
  expect(list.out).toMatch(/^alice@contoso\.example .*, outbound is off, inbound is off\n$/)
})

describe('inbound switched off', () => {
  test('tells nothing and asks Exchange nothing; on again, the newest state is told', async () => {
    const system = await startSystem({ env })
    const { application, mailbox, send, set, settled, simulator, quiet } = system
    await send(event({ id: 'A', version: 1 }, appointment()))
    await settled(alice, 'A', 1)
    await quiet(alice, 'A')
    await set({ inbound: 'off' }, alice)
    const [item] = simulator.calendarOf(alice)
    for (const location of ['Room 5', 'Room 6']) simulator.userUpdates(alice, item!.itemId, { location })
    await toldOfNew(system, bob)
    const { currentAt } = await mailbox(alice)
    // The other direction is not concerned.
    await send(event({ id: 'A', version: 2 }, appointment({ subject: 'Second visit' })))
    await eventually(async () => expect(await system.state(alice, 'A')).toMatchObject({ writtenVersion: 2 }))
    await toldOfNew(system, bob)
    expect(application.typesOf('A')).toEqual([])
    expect(await mailbox(alice)).toMatchObject({ currentAt, settings: { inbound: { from: 'mailbox' } } })

    await set({ inbound: null }, alice)
    await settled(alice, 'A', 2)
    const changes = application.received.filter(({ data }) => data.appointmentId === 'A')
    expect(changes).toMatchObject([{ data: { changed: ['location'], appointment: { location: 'Room 6' } } }])
  })

  test('keeps what was found and not told yet, at no cost', async () => {
    const { application, send, set, settled, simulator, state } = await startSystem({ env })
    application.answerWith(() => ({ status: 503 }))
    const { itemId } = simulator.userCreates(alice, { subject: 'Theirs', ...times })
    const { appointmentId } = await eventually(() => application.received[0]!.data)
    await set({ inbound: 'off' })
    application.answerWith(() => ({ status: 204 }))
    const tries = application.received.length
    simulator.userUpdates(alice, itemId, { location: 'Room 7' })
    await send(event({ id: 'A', version: 1 }, appointment()))
    // The delivery was due again after two seconds.
    await eventually(async () => {
      const { due, attempts } = (await state(alice, appointmentId)).inbound!
      expect(Date.parse(due!)).toBeLessThan(Date.now() - 2_000)
      expect(attempts).toBe(0)
    })
    expect(application.received.length).toBeLessThanOrEqual(tries + 1)

    await set({ inbound: 'on' })
    await settled(alice, appointmentId, 0)
    expect(application.received.at(-1)).toMatchObject({ data: { appointment: { location: 'Room 7' } } })
  })

  test('subscribes to nothing', async () => {
    const { set, settled, simulator, startWorker, application } = await startSystem({
      env: { ...env, MAILBOXES: [alice, bob].join(',') },
      without: ['inbound'],
    })
    await set({ inbound: 'off' }, alice)
    await startWorker('inbound')
    simulator.userCreates(bob, { subject: 'Theirs', ...times })
    const { appointmentId } = await eventually(() => application.received[0]!.data)
    await settled(bob, appointmentId, 0)
    expect(simulator.calls['Subscribe']).toBe(1)
    await set({ inbound: 'on' }, alice)
    await eventually(() => expect(simulator.calls['Subscribe']).toBe(2))
  })

  test('for everything is so for each mailbox, whatever the mailbox says', async () => {
    const { application, send, set, settled, simulator } = await startSystem({ env })
    await set({ inbound: 'off' })
    await set({ inbound: 'on' }, alice)
    for (const mailbox of [alice, bob]) simulator.userCreates(mailbox, { subject: 'Theirs', ...times })
    await send(event({ id: 'A', version: 1 }, appointment()))
    await eventually(() => expect(simulator.calls['CreateItem']).toBe(1))
    expect(application.received).toEqual([])
    await set({ inbound: 'on' })
    await eventually(() => expect(application.received).toHaveLength(2))
    await settled(alice, 'A', 1)
  })
})

describe('a policy of the mailbox', () => {
  test('mute: it alone is mailed for, or not, without a restart', async () => {
    const { send, set, settled, simulator } = await startSystem({ env })
    await set({ mute: true })
    await set({ mute: false }, bob)
    const both = (version: number) => [
      event({ id: 'A', version }, appointment({ attendees: guests, location: `Room ${version}` })),
      event(
        { id: 'B', version, mailbox: bob },
        appointment({ attendees: guests, location: `Room ${version}` }),
      ),
    ]
    await send(...both(1))
    await settled(alice, 'A', 1)
    await settled(bob, 'B', 1)
    expect(simulator.mails).toMatchObject([{ from: bob }])
    await set({ mute: null })
    await set({ mute: true }, bob)
    await send(...both(2))
    await settled(alice, 'A', 2)
    await settled(bob, 'B', 2)
    expect(simulator.mails).toMatchObject([{ from: bob }, { from: alice }])
  })

  test('on conflicts outranks that of the connection, and that the variable', async () => {
    const system = await startSystem({ env: { ...env, CONFLICT_POLICY: 'exchange' } })
    const { set, state } = system
    await set({ conflictPolicy: 'exchange' })
    await set({ conflictPolicy: 'application' }, bob)
    for (const mailbox of [alice, bob]) await conflict(system, mailbox)
    expect((await state(alice, 'A')).conflicts).toMatchObject([{ winner: 'exchange' }])
    expect((await state(bob, 'A')).conflicts).toMatchObject([{ winner: 'application' }])
  })
})

/** Items that carry an appointment of the application. */
function ours({ simulator }: System, mailbox: string) {
  return simulator.calendarOf(mailbox).filter(({ subject }) => subject === 'Site visit')
}

/** The other direction works: a new item is told. */
async function toldOfNew({ simulator, application }: System, mailbox: string): Promise<void> {
  const before = application.received.length
  simulator.userCreates(mailbox, { subject: 'Theirs', ...times })
  await eventually(() => expect(application.received.length).toBeGreaterThan(before))
}

/** The user and the application change the same field, neither knowing of the other. */
async function conflict(system: System, mailbox: string): Promise<void> {
  const { send, settled, simulator, quiet } = system
  await send(event({ id: 'A', version: 1, mailbox }, appointment()))
  await settled(mailbox, 'A', 1)
  await quiet(mailbox, 'A')
  await system.set({ inbound: 'off' }, mailbox)
  const [item] = simulator.calendarOf(mailbox)
  simulator.userUpdates(mailbox, item!.itemId, { location: 'Of the user' })
  await send(event({ id: 'A', version: 2, mailbox }, appointment({ location: 'Of the application' })))
  await eventually(async () => expect(await system.state(mailbox, 'A')).toMatchObject({ writtenVersion: 2 }))
}
