import { eventually } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { settled, startConflict } from '../support/conflict.ts'
import { appointment, event } from '../support/events.ts'
import { amidTheHour } from '../support/full-hour.ts'
import { alice, type System } from '../support/system.ts'

const html = (words: string) => ({
  contentType: 'html' as const,
  content: `<html><body><p><b>${words}</b> &amp; &lt;more&gt;</p></body></html>`,
})
const guest = (name: string) => ({ address: `${name}@elsewhere.example`, name, type: 'required' as const })
const theirs = { subject: 'Of the user', body: html('Theirs'), attendees: [guest('eve'), guest('fay')] }
const ours = { subject: 'Of the application', body: html('Ours'), attendees: [guest('dan')] }
const late = new Date(Date.now() + 3_600_000).toISOString()
const early = new Date(Date.now() - 3_600_000).toISOString()

describe('both values of a conflict can be read, and either chosen', () => {
  test.each([
    { policy: 'exchange', winners: ['exchange', 'exchange', 'exchange'], time: late },
    // A body that is not the application's is kept under every policy.
    { policy: 'application', winners: ['application', 'exchange', 'application'], time: late },
    { policy: 'latest', winners: ['application', 'exchange', 'application'], time: late },
    { policy: 'latest', winners: ['exchange', 'exchange', 'exchange'], time: early },
  ])('policy $policy, $winners won: to and fro, told once each time', async ({ policy, winners, time }) => {
    const { system, copy } = await startConflict({ theirs, ours, time }, { env: { CONFLICT_POLICY: policy } })
    const others = winners.map(other)
    await expectShown(system, winners, 0)
    expect(system.simulator.calendarOf(alice)).toMatchObject([asHeld(valuesOf(winners))])

    for (const [count, chosen] of [others, winners, others].entries()) {
      const told = system.application.received.length
      expect(await system.reverse(alice, 'A', 2, { by: 'Olga', reversals: count })).toMatchObject({
        status: 200,
        body: { fields: [{ isCurrent: true }, { isCurrent: true }, { isCurrent: true }] },
      })
      await settled(system)
      expect(system.simulator.calendarOf(alice)).toMatchObject([asHeld(valuesOf(chosen))])
      expect(copy).toMatchObject(asHeld(valuesOf(chosen)))
      expect(system.application.received.length).toBe(told + 1)
      await expectShown(system, chosen, count + 1)
    }
    await expectQuiet(system)
    const { conflicts } = await system.state(alice, 'A')
    expect(conflicts!.every((conflict) => conflict.isReversed)).toBe(true)
  })
})

describe('a conflict', () => {
  test('is not reversed once one of its fields was changed, by whichever side; other fields do not matter', async () => {
    const { system, itemId } = await startConflict({ theirs, ours })
    const { simulator, application } = system
    simulator.userUpdates(alice, itemId, { location: 'Elsewhere' })
    await eventually(() => expect(application.received.at(-1)?.data.changed).toEqual(['location']))
    await settled(system)
    expect(await system.reverse(alice, 'A', 2)).toMatchObject({ status: 200 })
    await settled(system)
    const revision = application.received.at(-1)!.data.revision
    const changes = { ...ours, location: 'Elsewhere', subject: 'Third' }
    await system.send(event({ id: 'A', version: 3, basedOn: revision }, appointment(changes)))
    await system.settled(alice, 'A', 3)
    const before = simulator.calendarOf(alice)
    expect(await system.reverse(alice, 'A', 2)).toMatchObject({
      status: 409,
      body: { detail: 'Changed since the decision: subject.', mend: expect.any(String) },
    })
    expect(simulator.calendarOf(alice)).toEqual(before)
    expect((await system.conflicts(alice, 'A')).conflicts[0]!.fields).toMatchObject([
      { properties: ['subject'], isCurrent: false },
      { properties: ['body'], isCurrent: true },
      { properties: ['attendees'], isCurrent: true },
    ])
  })

  test('that is reversed mails whom an update would, and nobody if the mailbox is muted', async () => {
    await amidTheHour()
    const meeting = { attendees: [guest('dan')] }
    const { system } = await startConflict({
      theirs: { subject: 'Of the user' },
      ours: { subject: 'Of the application' },
      before: meeting,
    })
    const { simulator } = system
    const mailed = simulator.mails.length
    await system.reverse(alice, 'A', 2)
    expect(simulator.mails.slice(mailed)).toMatchObject([{ from: alice, to: 'dan@elsewhere.example' }])
    await settled(system)
    await system.set({ mute: true }, alice)
    expect(await system.reverse(alice, 'A', 2)).toMatchObject({ status: 200 })
    expect(simulator.mails).toHaveLength(mailed + 1)
    await settled(system)
    expect(await system.mailbox(alice)).toMatchObject({ mails: { recipients: 2 } })
  })

  test('is refused with the reason, and nothing is written', async () => {
    const { system } = await startConflict({ theirs, ours })
    const refused = async (version: number, body: object, answer: object) =>
      expect(await system.reverse(alice, 'A', version, body)).toMatchObject({
        body: { mend: expect.any(String) },
        ...answer,
      })
    await refused(3, {}, { status: 404 })
    await refused(2, { reversals: 1 }, { status: 409 })
    await refused(2, { winner: 'exchange' }, { status: 400 })
    await system.set({ outbound: 'off' })
    await refused(2, {}, { status: 409 })
    await system.send(event({ id: 'A', version: 3 }, appointment({ location: 'Room 9' })))
    await system.set({ outbound: 'off' }, alice)
    await refused(2, {}, { status: 409 })
    expect(system.simulator.calendarOf(alice)).toMatchObject([asHeld(theirs)])
  })

  test('of which nothing is kept says so, and what to do instead', async () => {
    const { system } = await startConflict({ theirs, ours }, { env: { CONFLICT_KEEP_HOURS: '0' } })
    const { conflicts } = await system.conflicts(alice, 'A')
    expect(conflicts).toMatchObject([
      { fields: [{ exchange: { values: { subject: 'Of the user' } } }, {}, {}] },
    ])
    expect(conflicts[0]!.fields[0]!.application).not.toHaveProperty('values')
    expect(await system.reverse(alice, 'A', 2)).toMatchObject({
      status: 410,
      body: { mend: expect.any(String) },
    })
  })

  test('whose reversal lost its answer is reversed once, however often it is sent', async () => {
    const subjects = { theirs: { subject: 'Of the user' }, ours: { subject: 'Of the application' } }
    const { system } = await startConflict(subjects)
    const { UpdateItem: before = 0 } = system.simulator.calls
    system.simulator.faults.add({ kind: 'dropAfterEffect', operation: 'UpdateItem', times: 1 })
    expect(await system.reverse(alice, 'A', 2, { reversals: 0 })).toMatchObject({ status: 503 })
    expect(system.simulator.calendarOf(alice)).toMatchObject([{ subject: 'Of the application' }])
    await eventually(async () =>
      expect(await system.reverse(alice, 'A', 2, { reversals: 0 })).toMatchObject({ status: 200 }),
    )
    expect(await system.reverse(alice, 'A', 2, { reversals: 0 })).toMatchObject({ status: 409 })
    await settled(system)
    expect(system.simulator.calls['UpdateItem']).toBe(before + 1)
    expect(await system.reverse(alice, 'A', 2, { reversals: 1 })).toMatchObject({ status: 200 })
    expect(system.simulator.calendarOf(alice)).toMatchObject([{ subject: 'Of the user' }])
  })

  test.each([
    [
      'private in Exchange',
      (system: System, itemId: string) =>
        Promise.resolve(system.simulator.userUpdates(alice, itemId, { sensitivity: 'private' })),
    ],
    [
      'private in the application',
      (system: System) =>
        system.send(event({ id: 'A', version: 3 }, appointment({ sensitivity: 'private' }))),
    ],
    [
      'deleted',
      (system: System, itemId: string) => Promise.resolve(system.simulator.userDeletes(alice, itemId)),
    ],
    ['forgotten', (system: System) => system.act(alice, 'forget')],
  ])('of what becomes %s: no values are kept, shown or written', async (_name, act) => {
    const { system, itemId } = await startConflict({ theirs, ours })
    expect(await keptIn(system)).toHaveLength(1)
    // Whatever becomes of telling it.
    system.application.answerWith(() => ({ status: 503 }))
    await act(system, itemId)
    await eventually(async () => expect(await keptIn(system)).toEqual([]))
    const shown = JSON.stringify(await system.conflicts(alice, 'A'))
    expect(shown).not.toMatch(/Of the (user|application)|Theirs|Ours/)
    expect([404, 409, 410]).toContain((await system.reverse(alice, 'A', 2)).status)
  })
})

/** What both calendars hold of it: who attends is compared by address. */
function asHeld({ subject, body, attendees }: typeof theirs) {
  return { subject, body, attendees: attendees.map(({ address }) => ({ address })) }
}

function other(side: string) {
  return side === 'exchange' ? 'application' : 'exchange'
}

/** Of each of the three fields the value of the side that wins. */
function valuesOf(winners: readonly string[]): typeof theirs {
  const [subject, body, attendees] = winners.map((winner) => (winner === 'exchange' ? theirs : ours))
  return { subject: subject!.subject, body: body!.body, attendees: attendees!.attendees }
}

async function expectShown(system: System, winners: readonly string[], reversals: number): Promise<void> {
  const { conflicts } = await system.conflicts(alice, 'A')
  expect(conflicts).toHaveLength(1)
  const [{ version, fields, reversals: noted }] = conflicts as [(typeof conflicts)[number]]
  expect({ version, reversals: noted.length }).toEqual({ version: 2, reversals })
  for (const [index, name] of (['subject', 'body', 'attendees'] as const).entries()) {
    const { application, exchange, ...field } = fields.find(({ properties }) => properties[0] === name)!
    expect(field).toEqual({ properties: [name], winner: winners[index], isCurrent: true })
    expect(application.values).toMatchObject({ [name]: asHeld(ours)[name] })
    expect(exchange.values).toMatchObject({ [name]: asHeld(theirs)[name] })
    expect(application.fingerprint).not.toBe(exchange.fingerprint)
  }
}

/** Neither side is written or told any more. */
async function expectQuiet(system: System): Promise<void> {
  const before = { updates: system.simulator.calls['UpdateItem'], told: system.application.received.length }
  await system.synced(alice)
  await settled(system)
  expect({ updates: system.simulator.calls['UpdateItem'], told: system.application.received.length }).toEqual(
    before,
  )
}

async function keptIn({ env }: System): Promise<string[]> {
  const redis = new Redis(env['REDIS_URL']!)
  const keys = await redis.keys(`${env['KEY_PREFIX']}:*:k:*`)
  await redis.quit()
  return keys
}
