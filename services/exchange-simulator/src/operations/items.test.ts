import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  createItem,
  fieldUri,
  getItem,
  setField,
  shape,
  someTimes,
  stamp,
  stampUri,
  updateItem,
} from '../testing/requests.ts'
import { newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, codesOf, itemsOf } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { child, childText, descend } from '../xml/element.ts'

const recordDir = newRecording()
const awkward = 'R&D <x> "q" ]]> 😀 \r\n tail'

describe('an item that was created', () => {
  test('has ids of the lengths that Exchange uses, and a UID of a GlobalObjectId', async () => {
    const { create, read } = await setUp({ recordDir })
    const ref = await create(calendarItem(...someTimes))
    const item = await read(ref)
    expect(ref.Id.length).toBeGreaterThanOrEqual(150)
    expect(ref.ChangeKey).toHaveLength(40)
    expect(childText(item, 'UID')).toMatch(/^040000008200E00074C5B7101A82E008[0-9A-F]{80}$/)
  })

  test('returns every text exactly', async () => {
    const { create, read } = await setUp({ recordDir })
    const html = '<html><body>\n<p class="x">a &amp; b<br>  two</p>\n</body></html>'
    const ref = await create(
      calendarItem(
        leaf('t:Subject', awkward),
        leaf('t:Body', html, { BodyType: 'HTML' }),
        stamp(awkward),
        ...someTimes,
        leaf('t:Location', awkward),
      ),
    )
    const item = await read(ref)
    expect([child(item, 'Subject')?.text, child(item, 'Location')?.text]).toEqual([awkward, awkward])
    expect(child(item, 'Body')).toMatchObject({ text: html, attributes: { BodyType: 'HTML' } })
  })

  test('keeps a UID that the client gave, and shows it as CleanGlobalObjectId', async () => {
    const { create, call } = await setUp({ recordDir })
    const uid = 'my-own-uid@example.com'
    const ref = await create(calendarItem(leaf('t:UID', uid), ...someTimes))
    const clean = node('t:ExtendedFieldURI', '', {
      DistinguishedPropertySetId: 'Meeting',
      PropertyId: 0x23,
      PropertyType: 'Binary',
    })
    const [item] = itemsOf(await call(getItem([ref], shape('IdOnly', [fieldUri('calendar:UID'), clean]))))
    const value = item && descend(item, 'ExtendedProperty', 'Value')?.text
    expect(item && childText(item, 'UID')).toBe(uid)
    expect(Buffer.from(value ?? '', 'base64').toString('latin1')).toContain(uid)
  })

  test('is refused when it ends before it begins, and its neighbours are created all the same', async () => {
    const { call, simulator } = await setUp({ recordDir })
    const wrong = calendarItem(leaf('t:Start', '2027-06-14T12:00:00Z'), leaf('t:End', '2027-06-14T11:00:00Z'))
    const reply = await call(createItem([calendarItem(...someTimes), wrong, calendarItem(...someTimes)]))
    expect(codesOf(reply)).toEqual(['NoError', 'ErrorCalendarEndDateIsEarlierThanStartDate', 'NoError'])
    expect(simulator.calendarOf('alice@contoso.example')).toHaveLength(2)
  })

  test('needs to be told whom to mail', async () => {
    const { call } = await setUp({ recordDir })
    const request = node('m:CreateItem', node('m:Items', calendarItem(...someTimes)))
    expect(codeOf(await call(request))).toBe('ErrorSendMeetingInvitationsRequired')
  })
})

const everything = [
  'ItemId ParentFolderId ItemClass Subject Sensitivity Body DateTimeReceived Size Importance IsSubmitted IsDraft',
  'IsFromMe IsResend IsUnmodified DateTimeSent DateTimeCreated ResponseObjects ReminderDueBy ReminderIsSet',
  'ReminderMinutesBeforeStart DisplayCc DisplayTo HasAttachments Culture EffectiveRights LastModifiedName',
  'LastModifiedTime IsAssociated UID DateTimeStamp Start End IsAllDayEvent LegacyFreeBusyStatus IsMeeting',
  'IsCancelled IsRecurring MeetingRequestWasSent IsResponseRequested CalendarItemType MyResponseType Organizer',
  'Duration AppointmentSequenceNumber AppointmentState StartTimeZone EndTimeZone IsOrganizer',
].join(' ')

describe('times', () => {
  test.each([
    {
      given: 'its StartTimeZone',
      zone: 'W. Europe Standard Time',
      timeZone: 'Tokyo Standard Time',
      start: '2027-03-28T07:00:00Z',
    },
    {
      given: 'the request, if it has none itself',
      zone: undefined,
      timeZone: 'Tokyo Standard Time',
      start: '2027-03-28T00:00:00Z',
    },
    { given: 'UTC, if nobody says', zone: undefined, timeZone: undefined, start: '2027-03-28T09:00:00Z' },
  ])('without an offset are read in the zone of $given', async ({ zone, timeZone, start }) => {
    const { call, read } = await setUp({ recordDir })
    const zones = zone
      ? [node('t:StartTimeZone', '', { Id: zone }), node('t:EndTimeZone', '', { Id: zone })]
      : []
    const item = calendarItem(
      leaf('t:Start', '2027-03-28T09:00:00'),
      leaf('t:End', '2027-03-28T10:00:00'),
      ...zones,
    )
    const [created] = itemsOf(await call(createItem(item), timeZone ? { timeZone } : {}))
    const stored = await read({ Id: created?.children[0]?.attributes['Id'] ?? '' })
    expect(childText(stored, 'Start')).toBe(start)
    expect(child(stored, 'StartTimeZone')?.attributes['Id']).toBe(zone ?? timeZone ?? 'UTC')
  })

  test('of an all-day item snap to the midnights of its zone', async () => {
    const { create, read } = await setUp({ recordDir })
    const zone = { Id: 'New Zealand Standard Time' }
    const ref = await create(
      calendarItem(
        leaf('t:Start', '2027-06-14T09:00:00'),
        leaf('t:End', '2027-06-14T10:00:00'),
        leaf('t:IsAllDayEvent', true),
        node('t:StartTimeZone', '', zone),
        node('t:EndTimeZone', '', zone),
      ),
    )
    const item = await read(ref)
    expect([childText(item, 'Start'), childText(item, 'End')]).toEqual([
      '2027-06-13T12:00:00Z',
      '2027-06-14T12:00:00Z',
    ])
  })

  test('keep their wall clock when only the zone changes', async () => {
    const { create, read, call } = await setUp({ recordDir })
    const ref = await create(
      calendarItem(
        ...someTimes,
        node('t:StartTimeZone', '', { Id: 'UTC' }),
        node('t:EndTimeZone', '', { Id: 'UTC' }),
      ),
    )
    const zone = { Id: 'Tokyo Standard Time' }
    await call(
      updateItem(ref, [
        setField('calendar:StartTimeZone', node('t:StartTimeZone', '', zone)),
        setField('calendar:EndTimeZone', node('t:EndTimeZone', '', zone)),
      ]),
    )
    expect(childText(await read(ref), 'Start')).toBe('2027-06-14T03:00:00Z')
  })

  test('come with the full definition of their zone', async () => {
    const { create, read } = await setUp({ recordDir })
    const ref = await create(
      calendarItem(...someTimes, node('t:StartTimeZone', '', { Id: 'W. Europe Standard Time' })),
    )
    const zone = child(await read(ref), 'StartTimeZone')
    expect(zone?.attributes['Name']).toContain('(UTC+01:00)')
    expect(zone?.children.map(({ name }) => name)).toEqual(['Periods', 'TransitionsGroups', 'Transitions'])
  })

  test('in a zone that nobody knows are refused', async () => {
    const { call } = await setUp({ recordDir })
    const item = calendarItem(...someTimes, node('t:StartTimeZone', '', { Id: 'Middle Earth Standard Time' }))
    expect(codeOf(await call(createItem(item)))).toBe('ErrorTimeZone')
  })
})

describe('a shape', () => {
  test('AllProperties gives everything that an item has', async () => {
    const { create, read } = await setUp({ recordDir })
    const item = await read(await create(calendarItem(leaf('t:Subject', 's'), stamp('7'), ...someTimes)))
    const names = item.children.map(({ name }) => name).join(' ')
    expect(names).toBe(everything)
  })

  test('gives what was asked for by name and the id, and passes over what calendar items do not have', async () => {
    const { create, call } = await setUp({ recordDir })
    const ref = await create(
      calendarItem(leaf('t:Subject', 's'), leaf('t:Sensitivity', 'Private'), stamp('7'), ...someTimes),
    )
    const additional = [
      fieldUri('item:Sensitivity'),
      fieldUri('contacts:GivenName'),
      fieldUri('calendar:CalendarItemType'),
      stampUri,
    ]
    const [item] = itemsOf(await call(getItem([ref], shape('IdOnly', additional))))
    expect(item?.children.map(({ name }) => name)).toEqual([
      'ItemId',
      'Sensitivity',
      'ExtendedProperty',
      'CalendarItemType',
    ])
  })

  test.each([
    { asked: 'Text', type: 'Text', content: 'a & b\ntwo' },
    { asked: 'HTML', type: 'HTML', content: '<p>a &amp; b<br>two</p>' },
    { asked: 'Best', type: 'HTML', content: '<p>a &amp; b<br>two</p>' },
  ])('gives a body as $asked', async ({ asked, type, content }) => {
    const { create, call } = await setUp({ recordDir })
    const ref = await create(
      calendarItem(leaf('t:Body', '<p>a &amp; b<br>two</p>', { BodyType: 'HTML' }), ...someTimes),
    )
    const [item] = itemsOf(
      await call(getItem([ref], shape('IdOnly', [fieldUri('item:Body')], leaf('t:BodyType', asked)))),
    )
    expect(item && child(item, 'Body')).toMatchObject({ text: content, attributes: { BodyType: type } })
  })

  test('answers for ids one by one', async () => {
    const { create, call } = await setUp({ recordDir })
    const ref = await create(calendarItem(...someTimes))
    const gone = { Id: `${ref.Id.slice(0, 100)}${'A'.repeat(51)}=` }
    expect(codesOf(await call(getItem([ref, gone, { Id: 'not-an-id' }, ref])))).toEqual([
      'NoError',
      'ErrorItemNotFound',
      'ErrorInvalidIdMalformed',
      'NoError',
    ])
  })
})

testRecording(recordDir)
