import { eventually as soon } from '@lockstep/runtime/testing'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { keepBooks } from '../support/book-keeper.ts'
import { appointment } from '../support/events.ts'
import { startEwsGate } from '../support/ews-gate.ts'
import { loseLedger } from '../support/lose-ledger.ts'
import { alice, startSystem, type System } from '../support/system.ts'
import { decide, unconfirmed } from '../support/unconfirmed.ts'

vi.setConfig({ testTimeout: 90_000 })
const eventually = (assertion: () => unknown) => soon(assertion, 30_000)

const env = { POLL_SECONDS: '0.5', BRAKE_DELETES: '0' }
const away = ['dropped', 'cancelled']

test('a cancellation is asked about though no listing can link its item, which came back while its creation anew was lost', async () => {
  const system = await startWithLostCreations()
  const { simulator, application } = system
  await asked(system, 'cancel')
  expect(subjectsOf(system)).toEqual(['cancelled', 'dropped', 'stays'])
  expect(simulator.calls['DeleteItem'] ?? 0).toBe(0)

  await system.stopWorker('inbound')
  expect(await decide(system, 'dropped', 'drop')).toEqual({ decision: 'drop', decided: true })
  expect(await decide(system, 'cancelled', 'cancel')).toEqual({ decision: 'cancel', decided: true })
  await settled(system, ...away)
  // What is left may have been passed over while it was asked about.
  await eventually(async () => expect(await isListingAsked(system)).toBe(true))
  await system.startWorker('inbound')
  await eventually(() => expect(application.typesOf('dropped')).toEqual(['appointment.created']))
  await system.synced(alice, 30_000)
  expect(application.typesOf('cancelled')).toEqual([])
  expect(subjectsOf(system)).toEqual(['dropped', 'stays'])
  expect(await unconfirmed(system)).toEqual([])
})

/**
 * Two items were elsewhere when the ledger was lost. They are back in the calendar while their appointments are made anew,
 * in vain, and are cancelled before that is known.
 */
async function startWithLostCreations(): Promise<System> {
  const gate = await startEwsGate()
  const system = await startSystem({ env, gate })
  const { simulator } = system
  const keeper = keepBooks(system, alice)
  for (const id of [...away, 'stays']) await keeper.send(id, appointment({ subject: id }))
  for (const id of [...away, 'stays']) await system.quiet(alice, id)
  await Promise.all([system.stopWorker('outbound'), system.stopWorker('inbound')])
  const items = simulator.calendarOf(alice).filter(({ subject }) => away.includes(subject))
  const moved = items.map(({ itemId }) => simulator.userMoves(alice, itemId, 'inbox'))
  await loseLedger(system.env)
  await Promise.all([system.startWorker('outbound'), system.startWorker('inbound')])
  await system.send(...keeper.resent())
  await asked(system, 'create')

  await system.stopWorker('outbound')
  for (const id of away) await decide(system, id, 'create')
  const creations = gate.hold('request', { operation: 'CreateItem' })
  await system.startWorker('outbound')
  await creations.reached
  for (const { itemId } of moved) simulator.userMoves(alice, itemId, 'calendar')
  for (const id of away) await keeper.send(id, undefined)
  await system.stopWorker('outbound')
  await system.startWorker('outbound')
  return system
}

/** These questions wait, and no item is known of any. */
async function asked(system: System, asks: string): Promise<void> {
  await eventually(async () => {
    const waiting = await unconfirmed(system)
    expect(waiting.map(({ appointmentId }) => appointmentId).toSorted()).toEqual(away.toSorted())
    for (const question of waiting) expect(question).toMatchObject({ asks })
    for (const question of waiting) expect(question).not.toHaveProperty('itemId')
  })
}

async function settled(system: System, ...ids: string[]): Promise<void> {
  for (const id of ids)
    await eventually(async () => expect(await system.state(alice, id)).toMatchObject({ state: 'settled' }))
}

async function isListingAsked({ env: { REDIS_URL, KEY_PREFIX } }: System): Promise<boolean> {
  const redis = new Redis(REDIS_URL!)
  const keys = await redis.keys(`*${KEY_PREFIX}*`)
  const asked = await Promise.all(
    keys.map(async (key) => (await redis.type(key)) === 'hash' && (await redis.hexists(key, 'asked')) === 1),
  )
  await redis.quit()
  return asked.includes(true)
}

function subjectsOf({ simulator }: System): string[] {
  return simulator
    .calendarOf(alice)
    .map(({ subject }) => subject)
    .toSorted()
}
