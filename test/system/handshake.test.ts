import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import type { Answer, ReceivedChange } from '../support/application.ts'
import { appointment, event } from '../support/events.ts'
import { bob, startSystem } from '../support/system.ts'

const hour = 3_600_000
const early = new Date(Date.now() - hour).toISOString()
const late = new Date(Date.now() + hour).toISOString()

describe('both sides edit the same appointment', () => {
  test('different fields, the application answers 409: both edits are on both sides, and all is quiet', async () => {
    const { bed, edit, userUpdates } = await startShared({})
    bed.holding.refuseUntil(2)
    userUpdates({ location: 'Room 5' })
    await eventually(() => expect(bed.holding.refused).toBe(1))
    expect(bed.holding.content).toMatchObject({ location: 'Room 4' })
    await edit(2, { subject: 'Second visit' })

    await expectBothSides(bed, { subject: 'Second visit', location: 'Room 5' })
    expect(bed.application.received.at(-1)!.data).toMatchObject({ applicationVersion: 2 })
    expect((await bed.state(bob, 'A')).conflicts).toEqual([])
    await expectQuiet(bed)
  })

  test('different fields, while the application holds its answer: the same', async () => {
    const { bed, edit, userUpdates } = await startShared({})
    const release = bed.holding.hold()
    userUpdates({ location: 'Room 5' })
    await eventually(() => expect(bed.application.received).toHaveLength(1))
    await edit(2, { subject: 'Second visit' })
    release()

    await expectBothSides(bed, { subject: 'Second visit', location: 'Room 5' })
    await expectQuiet(bed)
  })

  test.each([
    { policy: 'exchange', time: late, winner: 'exchange', location: 'Of the user' },
    { policy: 'application', time: early, winner: 'application', location: 'Of the application' },
    { policy: 'latest', time: early, winner: 'exchange', location: 'Of the user' },
    { policy: 'latest', time: late, winner: 'application', location: 'Of the application' },
  ])(
    'the same field, policy $policy: $winner wins, and it is noted',
    async ({ policy, time, winner, location }) => {
      const { bed, edit, userUpdates } = await startShared({ CONFLICT_POLICY: policy })
      bed.holding.refuseUntil(2)
      userUpdates({ location: 'Of the user' })
      await eventually(() => expect(bed.holding.refused).toBe(1))
      await edit(2, { location: 'Of the application', subject: 'Second visit' }, time)

      await expectBothSides(bed, { location, subject: 'Second visit' })
      const { conflicts } = await bed.state(bob, 'A')
      expect(conflicts).toMatchObject([{ version: 2, properties: ['location'], winner }])
      await expectQuiet(bed)
    },
  )
})

/** The application's copy of the appointment, which applies what it is told as the contract says. */
function heldCopy(initial: object) {
  let refusingUntil = 0
  let version = 1
  let held: Promise<void> | undefined
  const copy = {
    content: initial as Record<string, unknown>,
    revision: 0,
    refused: 0,
    /** Answers 409 to what does not take account of this version, which is on its way. */
    refuseUntil: (next: number) => void (refusingUntil = next),
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    edit(next: number, changes: object) {
      version = next
      copy.content = { ...copy.content, ...changes }
    },
    async take({ data }: ReceivedChange): Promise<Answer> {
      await held
      if (data.applicationVersion < Math.max(refusingUntil, version)) {
        copy.refused++
        return { status: 409, body: { version: Math.max(refusingUntil, version) } }
      }
      const changed = data.changed.map((name) => [name, data.appointment?.[name]])
      copy.content = { ...copy.content, ...Object.fromEntries(changed) }
      copy.revision = data.revision
      return { status: 204 }
    },
  }
  return copy
}

/** An appointment of Bob's on both sides, settled and quiet. */
async function startShared(env: Record<string, string>) {
  const system = await startSystem({ env: { POLL_SECONDS: '0.5', ...env } })
  const holding = heldCopy(appointment())
  system.application.answerWith((change) => holding.take(change))
  await system.send(event({ id: 'A', version: 1, mailbox: bob, basedOn: 0 }, holding.content))
  await system.settled(bob, 'A', 1)
  await system.quiet(bob, 'A')

  const bed = { ...system, holding }
  const { itemId } = bed.simulator.calendarOf(bob)[0]!
  return {
    bed,
    userUpdates: (changes: object) => bed.simulator.userUpdates(bob, itemId, changes),
    async edit(version: number, changes: object, time?: string) {
      holding.edit(version, changes)
      const head = { id: 'A', version, mailbox: bob, basedOn: holding.revision, ...(time && { time }) }
      await bed.send(event(head, holding.content))
    },
  }
}

type Bed = Awaited<ReturnType<typeof startShared>>['bed']

async function expectBothSides(
  { simulator, holding, settled }: Bed,
  wanted: Record<string, string>,
): Promise<void> {
  await settled(bob, 'A', 2)
  expect(simulator.calendarOf(bob)).toMatchObject([wanted])
  await eventually(() => expect(holding.content).toMatchObject(wanted))
}

/** Neither side is written again once all is settled. */
async function expectQuiet({ simulator, application, settled, synced }: Bed): Promise<void> {
  await settled(bob, 'A', 2)
  const before = { updates: simulator.calls['UpdateItem'], told: application.received.length }
  await synced(bob)
  await settled(bob, 'A', 2)
  expect({ updates: simulator.calls['UpdateItem'], told: application.received.length }).toEqual(before)
}
