import { eventually } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { type BookKeeper, keepBooks } from '../support/book-keeper.ts'
import { appointment } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { privateRedis } from '../support/private-redis.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const attendees = [{ address: 'guest@elsewhere.example', type: 'required' }]
const ours = ['A0', 'A1', 'A2', 'A3']

test('FLUSHALL while every worker is at work: one item each, no second mail, and all is heard of as before', async () => {
  const bed = await setUp()
  const { system, keeper, gate, redis } = bed
  const { simulator, application, send } = system

  const held = [
    gate.hold('answer', { operation: 'CreateItem', mailbox: alice }),
    gate.hold('answer', { operation: 'UpdateItem', mailbox: bob }),
    gate.hold('answer', { operation: 'SyncFolderItems', mailbox: bob }),
    gate.hold('answer', { operation: 'GetItem', mailbox: carol }),
  ]
  await keeper.send('invited', appointment({ subject: 'invited', attendees }))
  await keeper.send('A0', { subject: 'A0', location: 'Written, and nobody knows' })
  simulator.userUpdates(carol, simulator.calendarOf(carol)[0]!.itemId, { location: 'Read, and not told' })
  await Promise.all(held.map(({ reached }) => reached))
  const { CreateItem: creates } = simulator.calls
  for (const id of ours.slice(1)) keeper.make(id, { subject: id, location: 'Made in between' })
  const waiting = keeper.resent()
  await Promise.all([send(...waiting), redis.flushall(), send(...waiting)])
  for (const { release } of held) release()

  const received = application.received.length
  await eventually(async () => {
    const { body } = await send(...keeper.resent().toReversed())
    expect(body.results!.map(({ status }) => status)).not.toContain('invalid')
  })
  await allAgree(bed)
  expect(simulator.mails).toMatchObject([{ kind: 'invitation', to: attendees[0]!.address }])
  expect(simulator.calls['CreateItem']).toBe(creates)
  const types = application.received.slice(received).map(({ type }) => type)
  expect(types.filter((type) => type !== 'appointment.updated')).toEqual([])

  for (const mailbox of [alice, bob, carol])
    simulator.userCreates(mailbox, { subject: `Afterwards of ${mailbox}`, ...times })
  await eventually(() => expect(keeper.books.size).toBe(ours.length + 1 + 2 + 3))
  await allAgree(bed)
  await eventually(async () => expect(await strangers(bed)).toEqual([]))
})

type Bed = Awaited<ReturnType<typeof setUp>>

async function setUp() {
  const gate = await startEwsGate()
  const { url } = await privateRedis()
  const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0', REBUILD_WAIT_SECONDS: '4' }
  const system = await startSystem({ env, gate, redisUrl: url })
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  const keeper = keepBooks(system, alice)
  for (const id of ours)
    keeper.make(id, appointment({ subject: id, location: 'Room 4' }), id === 'A0' ? bob : alice)
  await system.send(...keeper.resent())
  for (const [id, { mailbox }] of keeper.books) await system.quiet(mailbox, id)
  for (const mailbox of [bob, carol]) system.simulator.userCreates(mailbox, { subject: 'Theirs', ...times })
  await eventually(() => expect(keeper.books.size).toBe(ours.length + 2))
  return { system, keeper, gate, redis }
}

/** Both sides hold the same, and nothing is on its way. */
async function allAgree({ system, keeper }: { system: System; keeper: BookKeeper }): Promise<void> {
  for (const [id, { mailbox }] of keeper.books)
    await eventually(async () => expect(await system.state(mailbox, id)).toMatchObject({ state: 'settled' }))
  for (const mailbox of [alice, bob, carol]) {
    const kept = [...keeper.books.values()].filter((each) => each.mailbox === mailbox)
    await eventually(() => {
      const held = system.simulator
        .calendarOf(mailbox)
        .map(({ subject, location }) => `${subject}, ${location}`)
      const known = kept.map(
        ({ content }) => `${String(content!['subject'])}, ${String(content!['location'])}`,
      )
      expect(held.toSorted()).toEqual(known.toSorted())
    })
  }
}

/** Mailboxes that are woken for something that is due, and are none. */
async function strangers({ system: { env }, redis }: Bed): Promise<string[]> {
  const known = await redis.hkeys(`${env['KEY_PREFIX']}:{mailboxes}:ids`)
  expect(known).toHaveLength(3)
  const dues = await redis.keys(`${env['KEY_PREFIX']}:{b*}:due:*`)
  const members = await Promise.all(dues.map((key) => redis.zrange(key, '0', '-1')))
  return members.flat().filter((id) => !known.includes(id))
}
