import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  fieldUri,
  getItem,
  itemId,
  type Ref,
  refOf,
  setField,
  shape,
  someTimes,
  updateItem,
} from '../testing/requests.ts'
import { alice, bob, newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, itemsOf } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child } from '../xml/element.ts'

const recordDir = newRecording()
const carol = 'carol@contoso.example'
const team = { name: 'The Team', address: 'team@contoso.example', members: [bob, carol] }

function attendees(...addresses: string[]): Xml {
  const each = (address: string): Xml =>
    node('t:Attendee', node('t:Mailbox', leaf('t:EmailAddress', address)))
  return node('t:RequiredAttendees', addresses.map(each))
}

function createAnswer(
  name: string,
  reference: Ref | undefined,
  inner: Xml = '',
  disposition = 'SendAndSaveCopy',
): Xml {
  const id = reference ? itemId(reference).replace('t:ItemId', 't:ReferenceItemId') : ''
  const answer = node(`t:${name}`, inner + id)
  return node('m:CreateItem', node('m:Items', answer), { MessageDisposition: disposition })
}

/** A meeting of Alice's, as she and Bob have it. */
async function aMeeting(...invited: string[]) {
  const bed = await setUp({ recordDir, distributionLists: [team] })
  const addresses = invited.length > 0 ? invited : [bob]
  const item = calendarItem(leaf('t:Subject', 'Plans'), ...someTimes, attendees(...addresses))
  const own = await bed.create(item, 'SendToAllAndSaveCopy')
  const copyOf = (address: string) => bed.simulator.calendarOf(address)[0]
  const bobs = { Id: copyOf(bob)?.itemId ?? '' }
  const asBob = (operation: Xml) => bed.call(operation, { impersonate: bob })
  return { ...bed, own, bobs, copyOf, asBob }
}

describe('answering an invitation', () => {
  test.each([
    ['AcceptItem', 'Accept', 'busy', 'Accepted: Plans'],
    ['TentativelyAcceptItem', 'Tentative', 'tentative', 'Tentative: Plans'],
  ])('%s is seen by the organiser, and mailed', async (name, response, showAs, subject) => {
    const { asBob, bobs, copyOf, simulator } = await aMeeting()
    const reply = await asBob(createAnswer(name, bobs))
    expect(refOf(itemsOf(reply)[0]).Id).toBe(bobs.Id)
    expect(copyOf(bob)?.showAs).toBe(showAs)
    expect(copyOf(alice)?.attendees).toMatchObject([{ address: bob, response }])
    expect(simulator.mails.at(-1)).toMatchObject({ from: bob, to: alice, kind: 'response', subject })
  })

  test('DeclineItem takes the copy out of the calendar', async () => {
    const { asBob, bobs, copyOf } = await aMeeting()
    await asBob(createAnswer('DeclineItem', bobs))
    expect(copyOf(bob)).toBeUndefined()
    expect(copyOf(alice)?.attendees).toMatchObject([{ response: 'Decline' }])
  })

  test('with SaveOnly tells nobody', async () => {
    const { asBob, bobs, copyOf, simulator } = await aMeeting()
    await asBob(createAnswer('AcceptItem', bobs, '', 'SaveOnly'))
    expect(copyOf(bob)?.showAs).toBe('busy')
    expect(simulator.mails.map(({ kind }) => kind)).toEqual(['invitation'])
  })

  test.each([
    ['AcceptItem', 'ErrorCalendarIsOrganizerForAccept'],
    ['DeclineItem', 'ErrorCalendarIsOrganizerForDecline'],
    ['RemoveItem', 'ErrorCalendarIsOrganizerForRemove'],
  ])('%s is not for the organiser', async (name, code) => {
    const { call, own } = await aMeeting()
    expect(codeOf(await call(createAnswer(name, own)))).toBe(code)
  })

  test('needs the item that it answers to, and to be told what to do with the mail', async () => {
    const { asBob, bobs } = await aMeeting()
    expect(codeOf(await asBob(createAnswer('AcceptItem', undefined)))).toBe(
      'ErrorMissingInformationReferenceItemId',
    )
    const without = createAnswer('AcceptItem', bobs).replace(' MessageDisposition="SendAndSaveCopy"', '')
    expect(codeOf(await asBob(without))).toBe('ErrorMessageDispositionRequired')
  })
})

describe('cancelling a meeting', () => {
  test('tells the attendees, who can then only remove it; a second time there is nothing to cancel', async () => {
    const { call, own, asBob, bobs, copyOf, simulator } = await aMeeting()
    const reply = await call(createAnswer('CancelCalendarItem', own, ''))
    expect(refOf(itemsOf(reply)[0]).Id).not.toBe('')
    expect(simulator.mails.at(-1)).toMatchObject({ to: bob, kind: 'cancellation' })
    expect(copyOf(bob)).toMatchObject({ isCancelled: true, subject: 'Canceled: Plans' })
    expect(codeOf(await asBob(createAnswer('AcceptItem', bobs)))).toBe('ErrorCalendarIsCancelledForAccept')
    expect(codeOf(await asBob(createAnswer('RemoveItem', bobs)))).toBe('NoError')
    expect(copyOf(bob)).toBeUndefined()
    expect(codeOf(await call(createAnswer('CancelCalendarItem', own)))).toBe('ErrorItemNotFound')
  })

  test('is for the organiser only', async () => {
    const { asBob, bobs } = await aMeeting()
    expect(codeOf(await asBob(createAnswer('CancelCalendarItem', bobs)))).toBe('ErrorCalendarIsNotOrganizer')
  })
})

describe('more people', () => {
  test('come by a distribution list: each member has a copy, and an answer adds the member', async () => {
    const { asBob, bobs, copyOf, simulator } = await aMeeting(team.address)
    expect(simulator.mails.map(({ to }) => to)).toEqual([bob, carol])
    expect(copyOf(carol)?.subject).toBe('Plans')
    await asBob(createAnswer('AcceptItem', bobs))
    expect(copyOf(alice)?.attendees.map(({ address }) => address)).toEqual([team.address, bob])
  })

  test('come by a forwarded invitation, of which the organiser is told', async () => {
    const { asBob, bobs, copyOf, simulator } = await aMeeting()
    const recipients = node('t:ToRecipients', node('t:Mailbox', leaf('t:EmailAddress', carol)))
    expect(codeOf(await asBob(createAnswer('ForwardItem', bobs, recipients)))).toBe('NoError')
    expect(copyOf(carol)).toMatchObject({ subject: 'Plans', isOrganizer: false })
    expect(copyOf(alice)?.attendees).toMatchObject([{ address: bob }, { address: carol, type: 'optional' }])
    expect(simulator.mails.map(({ to, kind }) => [to, kind])).toEqual([
      [bob, 'invitation'],
      [carol, 'forward'],
      [alice, 'message'],
    ])
  })
})

describe('an item', () => {
  test('says how it can be answered', async () => {
    const { call, asBob, own, bobs } = await aMeeting()
    const asked = shape('IdOnly', [fieldUri('item:ResponseObjects')])
    const namesOf = (reply: Awaited<ReturnType<typeof call>>) => {
      const [item] = itemsOf(reply)
      return item && child(item, 'ResponseObjects')?.children.map(({ name }) => name)
    }
    expect(namesOf(await call(getItem([own], asked)))).toContain('CancelCalendarItem')
    expect(namesOf(await asBob(getItem([bobs], asked)))).toContain('AcceptItem')
  })

  test('that was moved asks the attendees again, and counts the rounds', async () => {
    const { call, own, asBob, bobs, copyOf, read } = await aMeeting()
    await asBob(createAnswer('AcceptItem', bobs))
    const { ChangeKey } = refOf(await read(own))
    const times = [
      setField('calendar:Start', leaf('t:Start', '2027-06-14T14:00:00Z')),
      setField('calendar:End', leaf('t:End', '2027-06-14T15:00:00Z')),
    ]
    await call(updateItem({ Id: own.Id, ChangeKey }, times, 'NeverOverwrite', 'SendToAllAndSaveCopy'))
    expect(copyOf(bob)).toMatchObject({ showAs: 'tentative', start: { instant: '2027-06-14T14:00:00.000Z' } })
    const item = await read(own)
    expect(child(item, 'AppointmentSequenceNumber')?.text).toBe('1')
  })
})

testRecording(recordDir)
