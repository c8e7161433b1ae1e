import { eventually } from '@lockstep/runtime/testing'
import { expect } from 'vitest'
import { appointment, event } from './events.ts'
import { alice, bob, type System } from './system.ts'

const zone = 'Europe/Berlin'
/** Nine to ten of a day. */
export const on = (day: string) => ({
  start: { dateTime: `${day}T09:00:00`, timeZone: zone },
  end: { dateTime: `${day}T10:00:00`, timeZone: zone },
})
export const guests = ['dan', 'eve'].map((name) => ({
  address: `${name}@elsewhere.example`,
  name,
  type: 'required' as const,
}))
const meeting = { attendees: guests }
const past = on('2024-03-04')

/** What the application has in Alice's calendar to begin with, by id. */
const ours: Readonly<Record<string, object>> = {
  edited: {},
  untouched: {},
  contested: {},
  merged: {},
  cancelled: {},
  hidden: {},
  meeting: meeting,
  'meeting-cancelled': meeting,
  'meeting-hushed': meeting,
  'meeting-over': { ...meeting, ...past },
  'edited-there': {},
  'deleted-there': {},
  'deleted-there-edited': {},
  'hidden-there': {},
  'hidden-there-edited': {},
}

/** Alice's mailbox, in step. Gives the id of each item of an appointment. */
export async function fillMailbox(system: System): Promise<ReadonlyMap<string, string>> {
  const { send, settled, quiet, simulator } = system
  const ids = Object.keys(ours)
  await send(...ids.map((id) => event({ id, version: 1 }, appointment({ ...ours[id], subject: id }))))
  await Promise.all(ids.map((id) => settled(alice, id, 1)))
  await Promise.all(ids.map((id) => quiet(alice, id)))
  return new Map(simulator.calendarOf(alice).map(({ subject, itemId }) => [itemId, subject]))
}

/** Everything happens on both sides, while neither hears of the other. */
export async function unsettleMailbox(system: System, items: ReadonlyMap<string, string>): Promise<void> {
  const { send, simulator, state } = system
  const itemOf = new Map([...items].map(([itemId, id]) => [id, itemId]))
  const edits = (id: string, changes: object) => simulator.userUpdates(alice, itemOf.get(id)!, changes)
  edits('contested', { subject: 'Theirs', importance: 'high' })
  edits('merged', { subject: 'Theirs' })
  edits('edited-there', { location: 'Room 9', ...on('2027-04-01') })
  for (const id of ['deleted-there', 'deleted-there-edited']) simulator.userDeletes(alice, itemOf.get(id)!)
  for (const id of ['hidden-there', 'hidden-there-edited']) edits(id, { sensitivity: 'private' })
  simulator.userCreates(alice, { subject: 'Theirs', ...on('2027-05-03') })
  simulator.userCreates(alice, { subject: 'Theirs, with guests', ...on('2027-05-04'), attendees: guests })
  simulator.userCreates(alice, { subject: 'Theirs, long over', ...past })
  for (const sensitivity of ['private', 'confidential'] as const)
    simulator.userCreates(alice, { subject: 'Secret of Alice', ...on('2027-05-05'), sensitivity })
  simulator.userCreates(alice, {
    subject: 'Every day',
    ...on('2027-05-06'),
    recurrence: { pattern: 'daily', interval: 1, count: 5 },
  })
  simulator.userCreates(bob, {
    subject: 'Of Bob',
    ...on('2027-05-07'),
    attendees: [{ address: alice, type: 'required' }],
  })
  const second = (id: string, changes?: object) =>
    event({ id, version: 2 }, changes && appointment({ ...ours[id], subject: id, ...changes }))
  await send(
    second('edited', { location: 'Room 5', ...on('2027-04-02') }),
    second('contested', { subject: 'Ours', location: 'Room 5' }),
    second('merged', { location: 'Room 5' }),
    second('cancelled'),
    second('hidden', { sensitivity: 'private' }),
    second('meeting', { location: 'Room 5' }),
    second('meeting-cancelled'),
    second('meeting-hushed', { categories: ['Customer'] }),
    second('meeting-over', { location: 'Room 5' }),
    second('deleted-there-edited', { location: 'Room 5' }),
    second('hidden-there-edited', { location: 'Room 5' }),
    event({ id: 'new', version: 1 }, appointment()),
    event({ id: 'new-meeting', version: 1 }, appointment(meeting)),
    event({ id: 'new-meeting-over', version: 1 }, appointment({ ...meeting, ...past })),
    event({ id: 'new-private', version: 1 }, appointment({ sensitivity: 'private' })),
  )
  await eventually(async () => expect(await state(alice, 'new')).toMatchObject({ state: 'pending' }))
}
