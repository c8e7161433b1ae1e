import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  deleteItem,
  findItem,
  itemId,
  refOf,
  setField,
  shape,
  someTimes,
  updateItem,
} from '../testing/requests.ts'
import { alice, bob, newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { itemsOf } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { childText, type Element } from '../xml/element.ts'

const recordDir = newRecording()

/** A weekly meeting of Alice and Bob, and its occurrences in their calendars. */
async function aSeries() {
  const bed = await setUp({ recordDir })
  const pattern = node('t:WeeklyRecurrence', leaf('t:Interval', 1) + leaf('t:DaysOfWeek', 'Monday'))
  const range = node(
    't:NumberedRecurrence',
    leaf('t:StartDate', '2027-06-14') + leaf('t:NumberOfOccurrences', 3),
  )
  const attendee = node('t:Attendee', node('t:Mailbox', leaf('t:EmailAddress', bob)))
  const item = calendarItem(
    leaf('t:Subject', 'Weekly'),
    ...someTimes,
    node('t:RequiredAttendees', attendee),
    node('t:Recurrence', pattern + range),
  )
  await bed.create(item, 'SendToAllAndSaveCopy')
  const seenBy = async (mailbox: string): Promise<Element[]> => {
    const view = node('m:CalendarView', '', {
      StartDate: '2027-06-01T00:00:00Z',
      EndDate: '2027-08-01T00:00:00Z',
    })
    const asked = shape('Default')
    return itemsOf(await bed.call(findItem(view, asked), { impersonate: mailbox }))
  }
  const subjectsOf = async (mailbox: string) =>
    (await seenBy(mailbox)).map((one) => childText(one, 'Subject'))
  return { ...bed, seenBy, subjectsOf }
}

function answerTo(name: string, id: string): Xml {
  const reference = itemId({ Id: id }).replace('t:ItemId', 't:ReferenceItemId')
  return node('m:CreateItem', node('m:Items', node(`t:${name}`, reference)), {
    MessageDisposition: 'SendAndSaveCopy',
  })
}

describe('one occurrence of a meeting', () => {
  test('that changes, changes in the copies alone', async () => {
    const { call, seenBy, subjectsOf, simulator } = await aSeries()
    const second = refOf((await seenBy(alice))[1])
    const subject = [setField('item:Subject', leaf('t:Subject', 'Special'))]
    await call(updateItem(second, subject, 'AutoResolve', 'SendToAllAndSaveCopy'))
    expect(await subjectsOf(bob)).toEqual(['Weekly', 'Special', 'Weekly'])
    expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation', 'update'])
  })

  test('that is cancelled stays with the attendee, as cancelled', async () => {
    const { call, seenBy, subjectsOf } = await aSeries()
    const second = refOf((await seenBy(alice))[1])
    await call(deleteItem(second, 'MoveToDeletedItems', 'SendToAllAndSaveCopy'))
    expect(await subjectsOf(alice)).toEqual(['Weekly', 'Weekly'])
    expect(await subjectsOf(bob)).toEqual(['Weekly', 'Canceled: Weekly', 'Weekly'])
  })

  test('can be declined alone, which only the organiser’s occurrence shows', async () => {
    const { call, seenBy, subjectsOf, simulator, read } = await aSeries()
    const second = refOf((await seenBy(bob))[1])
    await call(answerTo('DeclineItem', second.Id), { impersonate: bob })
    expect(await subjectsOf(bob)).toEqual(['Weekly', 'Weekly'])
    const own = await read(refOf((await seenBy(alice))[1]))
    expect(JSON.stringify(own.children.find(({ name }) => name === 'RequiredAttendees'))).toContain(
      '"Decline"',
    )
    expect(simulator.calendarOf(alice)[0]?.attendees).toMatchObject([{ response: 'Unknown' }])
    expect(simulator.mails.at(-1)).toMatchObject({ kind: 'response', subject: 'Declined: Weekly' })
  })

  test('comes back to an attendee who took it out, when it is updated', async () => {
    const { call, seenBy, subjectsOf, simulator } = await aSeries()
    await call(deleteItem(refOf((await seenBy(bob))[1])), { impersonate: bob })
    const second = refOf((await seenBy(alice))[1])
    const subject = [setField('item:Subject', leaf('t:Subject', 'Special'))]
    await call(updateItem(second, subject, 'AutoResolve', 'SendToAllAndSaveCopy'))
    expect(await subjectsOf(bob)).toEqual(['Weekly', 'Special', 'Weekly'])
    expect(simulator.calendarOf(bob)).toHaveLength(1)
  })
})

testRecording(recordDir)
