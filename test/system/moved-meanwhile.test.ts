import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { type EwsGate, startEwsGate } from '../support/ews-gate.ts'
import { alice, startSystem } from '../support/system.ts'

const attendees = [{ address: 'guest@elsewhere.example', type: 'required' } as const]

describe('an item whose creation was answered to nobody, and which its user then moves', () => {
  test.each([
    ['to the inbox', 1],
    ['to another calendar', 1],
    ['to the inbox, while a newer version is on the way', 2],
  ])('is told as cancelled, and nobody is invited again: %s', async (where, version) => {
    const bed = await startWithLostAnswer()
    bed.moves(folderIn(bed, where))
    if (version === 2)
      await bed.send(event({ id: 'A', version, basedOn: 0 }, appointment({ attendees, location: 'Room 9' })))
    bed.search.release()
    await bed.toldAs('appointment.cancelled')
    expect(bed.simulator.calendarOf(alice)).toEqual([])
    bed.expectInvitedOnce()
  })

  test('away and back before it is looked for is there, and nothing is told', async () => {
    const bed = await startWithLostAnswer()
    bed.moves('inbox')
    bed.moves('calendar')
    bed.search.release()
    await bed.settled(alice, 'A', 1)
    await bed.quiet(alice, 'A')
    expect(bed.application.received).toEqual([])
    bed.expectInvitedOnce()
  })

  test('back while it is looked for elsewhere is found in the calendar', async () => {
    const bed = await startWithLostAnswer()
    bed.moves('inbox')
    const lookingElsewhere = bed.gate.hold('request', { operation: 'FindFolder', mailbox: alice })
    bed.search.release()
    await lookingElsewhere.reached
    bed.moves('calendar')
    lookingElsewhere.release()
    await bed.settled(alice, 'A', 1)
    await bed.quiet(alice, 'A')
    expect(bed.application.received).toEqual([])
    bed.expectInvitedOnce()
  })

  test('back once the application was told is told as created, under its id', async () => {
    const bed = await startWithLostAnswer()
    bed.moves('inbox')
    bed.search.release()
    await bed.toldAs('appointment.cancelled')
    bed.moves('calendar')
    await eventually(async () => {
      expect(bed.application.typesOf('A').at(-1)).toBe('appointment.created')
      expect(await bed.state(alice, 'A')).toMatchObject({ state: 'settled', inApplication: true })
    })
    expect(bed.simulator.calendarOf(alice)).toHaveLength(1)
    bed.expectInvitedOnce()
  })
})

type Bed = Awaited<ReturnType<typeof startWithLostAnswer>>

function folderIn({ simulator }: Bed, where: string): Parameters<typeof simulator.userMoves>[2] {
  if (where.includes('inbox')) return 'inbox'
  const parent = simulator.userAddsFolder(alice, { displayName: 'Projects', parent: 'inbox' })
  return simulator.userAddsFolder(alice, { displayName: 'Other', folderClass: 'IPF.Appointment', parent })
}

/** The meeting is there and its guest invited; Lockstep, which does not know, is about to look for it. */
async function startWithLostAnswer() {
  const gate: EwsGate = await startEwsGate()
  const env = { LATE_CALL_SECONDS: '1', POLL_SECONDS: '3600', COMPARE_SECONDS: '3600' }
  const system = await startSystem({ gate, env })
  const { simulator, application, send, state } = system
  await eventually(async () => expect(await system.mailbox(alice)).toHaveProperty('currentAt'))
  const lost = simulator.faults.add({ kind: 'notificationLost' })
  simulator.faults.add({ kind: 'dropAfterEffect', operation: 'CreateItem', times: 1 })
  const search = gate.hold('request', { operation: 'FindItem', mailbox: alice })
  await send(event({ id: 'A', version: 1 }, appointment({ attendees })))
  await search.reached
  let { itemId } = simulator.calendarOf(alice)[0]!
  return {
    ...system,
    gate,
    search,
    moves: (folder: Parameters<typeof simulator.userMoves>[2]) => {
      itemId = simulator.userMoves(alice, itemId, folder).itemId
    },
    async toldAs(type: string) {
      await eventually(async () => {
        expect(application.typesOf('A')).toContain(type)
        expect(await state(alice, 'A')).toMatchObject({ state: 'settled', inApplication: false })
      })
      simulator.faults.remove(lost)
    },
    expectInvitedOnce: () => {
      expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation'])
      expect(simulator.calls['CreateItem']).toBe(1)
    },
  }
}
