import { describe, expect, test } from 'vitest'
import { calendarItem, deleteItem, setField, someTimes, updateItem } from './testing/requests.ts'
import { alice, bob, newRecording, setUp, testRecording } from './testing/set-up.ts'
import { leaf, node } from './xml/build.ts'
import { childText } from './xml/element.ts'

const recordDir = newRecording()
const stranger = 'stranger@fabrikam.example'

function attendees(...addresses: readonly string[]) {
  const list = addresses.map((address) =>
    node('t:Attendee', node('t:Mailbox', leaf('t:EmailAddress', address))),
  )
  return node('t:RequiredAttendees', list)
}

async function setUpMeeting(mode = 'SendToAllAndSaveCopy') {
  const bed = await setUp({ recordDir })
  const item = calendarItem(leaf('t:Subject', 'Planning'), ...someTimes, attendees(bob, stranger))
  const { Id } = await bed.create(item, mode)
  const current = () => ({ Id, ChangeKey: bed.simulator.calendarOf(alice)[0]?.changeKey })
  return { ...bed, current, mails: () => bed.simulator.mails.map(({ kind, to }) => [kind, to]) }
}

describe('a meeting', () => {
  test('invites by mail, and puts a tentative copy with its UID into local calendars', async () => {
    const { simulator, mails, current, read } = await setUpMeeting()
    expect(mails()).toEqual([
      ['invitation', bob],
      ['invitation', stranger],
    ])
    const [copy] = simulator.calendarOf(bob)
    expect(copy).toMatchObject({
      subject: 'Planning',
      organizer: alice,
      isOrganizer: false,
      showAs: 'tentative',
    })
    const own = await read(current())
    expect([childText(own, 'UID'), childText(own, 'AppointmentState')]).toEqual([copy?.uid, '1'])
    expect([childText(own, 'MeetingRequestWasSent'), childText(own, 'MyResponseType')]).toEqual([
      'true',
      'Organizer',
    ])
  })

  test('tells nobody and puts nothing anywhere with SendToNone', async () => {
    const { simulator, mails } = await setUpMeeting('SendToNone')
    expect([mails(), simulator.calendarOf(bob)]).toEqual([[], []])
  })

  test.each([
    ['SendToAllAndSaveCopy', 2, 'Moved'],
    ['SendToChangedAndSaveCopy', 0, 'Planning'],
    ['SendToNone', 0, 'Planning'],
  ])('that is changed with %s sends %i updates', async (mode, updates, subjectOfCopy) => {
    const { simulator, call, current, mails } = await setUpMeeting()
    await call(
      updateItem(current(), [setField('item:Subject', leaf('t:Subject', 'Moved'))], 'NeverOverwrite', mode),
    )
    expect(mails().filter(([kind]) => kind === 'update')).toHaveLength(updates)
    expect(simulator.calendarOf(bob)[0]?.subject).toBe(subjectOfCopy)
  })

  test('cancels for who is no longer invited, and invites who is new', async () => {
    const { simulator, call, current, mails } = await setUpMeeting()
    const change = setField('calendar:RequiredAttendees', attendees('carol@contoso.example', stranger))
    await call(updateItem(current(), [change], 'NeverOverwrite', 'SendToChangedAndSaveCopy'))
    expect(mails().slice(2)).toEqual([
      ['invitation', 'carol@contoso.example'],
      ['cancellation', bob],
    ])
    expect(simulator.calendarOf(bob)[0]).toMatchObject({ isCancelled: true, subject: 'Canceled: Planning' })
  })

  test.each([
    ['SendToAllAndSaveCopy', 2, true],
    ['SendToNone', 0, false],
  ])('that is deleted with %s sends %i cancellations', async (mode, cancellations, isCancelled) => {
    const { simulator, call, current, mails } = await setUpMeeting()
    await call(deleteItem(current(), 'MoveToDeletedItems', mode))
    expect(mails().filter(([kind]) => kind === 'cancellation')).toHaveLength(cancellations)
    expect(simulator.calendarOf(bob)).toMatchObject([{ isCancelled }])
    expect(simulator.calendarOf(alice)).toEqual([])
  })
})

testRecording(recordDir)
