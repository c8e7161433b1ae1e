import { eventually } from '@lockstep/runtime/testing'
import { describe, expect, test } from 'vitest'
import { appointment, event } from '../support/events.ts'
import { inOutlook } from '../support/in-outlook.ts'
import { alice, bob, carol, startSystem, type System } from '../support/system.ts'

const env = { POLL_SECONDS: '0.5' }
const dan = 'dan@elsewhere.example'
const team = { name: 'The Team', address: 'team@contoso.example', members: [bob, carol] }
const times = {
  start: { dateTime: '2027-05-03T09:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-05-03T10:00:00', timeZone: 'Europe/Berlin' },
}
const guests = (...addresses: string[]) =>
  addresses.map((address) => ({ address, name: address.split('@')[0]!, type: 'required' as const }))

describe('a meeting whose organiser and attendees are all enabled', () => {
  test('is one appointment, with the answers of those who attend; a decline cancels nothing', async () => {
    const system = await startSystem({ env })
    const { simulator } = system
    const { answer, copyOf } = inOutlook(simulator)
    simulator.userCreates(alice, { subject: 'Plans', ...times, attendees: guests(bob, carol) })
    await eventually(() => expect(told(system)).toEqual([`created ${alice}`]))
    await answer(bob, 'Plans', 'AcceptItem')
    await answer(carol, 'Plans', 'DeclineItem')
    await eventually(() =>
      expect(lastOf(system).appointment?.['attendees']).toMatchObject([
        { address: bob, response: 'accepted' },
        { address: carol, response: 'declined' },
      ]),
    )
    expect(lastOf(system).changed).toEqual(['attendees'])
    await allSynced(system)
    expect(copyOf(carol, 'Plans')).toBeUndefined()
    expect(new Set(told(system))).toEqual(new Set([`created ${alice}`, `updated ${alice}`]))
    expect(mailsOf(system)).toEqual([
      `invitation to ${bob}`,
      `invitation to ${carol}`,
      `response to ${alice}`,
      `response to ${alice}`,
    ])
  })

  test('that its organiser cancels is cancelled once', async () => {
    const system = await startSystem({ env })
    const { simulator } = system
    const { itemId } = simulator.userCreates(alice, {
      subject: 'Plans',
      ...times,
      attendees: guests(bob, carol),
    })
    await eventually(() => expect(told(system)).toEqual([`created ${alice}`]))
    simulator.userDeletes(alice, itemId)
    await eventually(() => expect(told(system)).toEqual([`created ${alice}`, `cancelled ${alice}`]))
    await allSynced(system)
    expect(told(system)).toHaveLength(2)
  })

  test('that is forwarded stays one, with one more who attends', async () => {
    const system = await startSystem({ env })
    const { simulator } = system
    const { forward, copyOf } = inOutlook(simulator)
    simulator.userCreates(alice, { subject: 'Plans', ...times, attendees: guests(bob) })
    await eventually(() => expect(told(system)).toEqual([`created ${alice}`]))
    await forward(bob, 'Plans', carol)
    await eventually(() =>
      expect(lastOf(system).appointment?.['attendees']).toMatchObject([{ address: bob }, { address: carol }]),
    )
    await allSynced(system)
    expect(copyOf(carol, 'Plans')).toBeDefined()
    expect(new Set(told(system))).toEqual(new Set([`created ${alice}`, `updated ${alice}`]))
    expect(simulator.mails.filter(({ kind }) => kind === 'invitation')).toHaveLength(1)
  })
})

describe('a meeting of the application', () => {
  test('keeps its attendees as a set: who comes is invited, who goes is told, and nobody else', async () => {
    const system = await startSystem({ env })
    const { send, settled, simulator } = system
    const { answer } = inOutlook(simulator)
    const meeting = (version: number, attendees: object[]) =>
      send(event({ id: 'A', version }, appointment({ subject: 'Plans', attendees })))
    await meeting(1, guests(bob, dan))
    await settled(alice, 'A', 1)
    await answer(bob, 'Plans', 'AcceptItem')
    await eventually(() =>
      expect(lastOf(system).appointment?.['attendees']).toMatchObject([{ response: 'accepted' }, {}]),
    )
    const writes = simulator.calls['UpdateItem']
    await meeting(
      2,
      guests(dan, bob).map((guest) => ({ ...guest, name: 'Somebody' })),
    )
    await settled(alice, 'A', 2)
    expect(simulator.calls['UpdateItem']).toBe(writes)

    await meeting(3, guests(carol, bob))
    await settled(alice, 'A', 3)
    await allSynced(system)
    expect(mailsOf(system)).toEqual([
      `invitation to ${bob}`,
      `invitation to ${dan}`,
      `response to ${alice}`,
      `invitation to ${carol}`,
      `cancellation to ${dan}`,
    ])
    expect(attendeesAt(system, alice)).toEqual({ [bob]: 'Accept', [carol]: 'Unknown' })
    await send(event({ id: 'A', version: 4 }))
    await settled(alice, 'A', 4)
    await allSynced(system)
    expect(mailsOf(system).slice(5).toSorted()).toEqual([
      `cancellation to ${bob}`,
      `cancellation to ${carol}`,
    ])
    expect(new Set(system.application.received.map(({ data }) => data.appointmentId))).toEqual(new Set(['A']))
  })

  test('with a distribution list has one attendee, and mails its members once', async () => {
    const system = await startSystem({ env, simulator: { distributionLists: [team] } })
    const { send, settled } = system
    const meeting = (version: number, changes: object) =>
      send(event({ id: 'A', version }, appointment({ ...changes, attendees: guests(team.address) })))
    await meeting(1, {})
    await settled(alice, 'A', 1)
    await meeting(2, { categories: ['Seen'] })
    await settled(alice, 'A', 2)
    await system.quiet(alice, 'A')
    expect(mailsOf(system)).toEqual([`invitation to ${bob}`, `invitation to ${carol}`])
    expect(attendeesAt(system, alice)).toEqual({ [team.address]: 'Unknown' })
    await meeting(3, { categories: ['Seen'], location: 'Room 5' })
    await settled(alice, 'A', 3)
    await allSynced(system)
    expect(mailsOf(system).slice(2)).toEqual([`update to ${bob}`, `update to ${carol}`])
    expect(system.application.received).toEqual([])
  })
})

function told({ application }: System): string[] {
  return application.received.map(({ type, data }) => `${type.split('.')[1]} ${data.mailbox}`)
}

function lastOf({ application }: System) {
  return application.received.at(-1)!.data
}

function mailsOf({ simulator }: System): string[] {
  return simulator.mails.map(({ kind, to }) => `${kind} to ${to}`)
}

function attendeesAt({ simulator }: System, address: string): Record<string, string> {
  const [item] = simulator.calendarOf(address)
  return Object.fromEntries(item!.attendees.map((attendee) => [attendee.address, attendee.response]))
}

async function allSynced({ synced }: System): Promise<void> {
  await Promise.all([alice, bob, carol].map((mailbox) => synced(mailbox)))
}
