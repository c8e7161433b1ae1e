import { expect, test } from 'vitest'
import {
  calendarFolder,
  calendarItem,
  fieldUri,
  getItem,
  setField,
  shape,
  someTimes,
  updateItem,
} from '../testing/requests.ts'
import { alice, bob, newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, itemsOf } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText } from '../xml/element.ts'

const recordDir = newRecording()
const html = '<p>One &amp; <b>two</b></p>'
const withBody = calendarItem(leaf('t:Body', html, { BodyType: 'HTML' }), ...someTimes)

test.each([
  [false, html],
  [
    true,
    '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n' +
      `<body>\r\n${html}\r\n</body>\r\n</html>\r\n`,
  ],
])('an HTML body comes back rewritten: %s', async (rewritesHtml, content) => {
  const { create, read } = await setUp({ recordDir, quirks: { rewritesHtml } })
  expect(child(await read(await create(withBody)), 'Body')?.text).toBe(content)
})

test.each([
  [true, 'ErrorChangeKeyRequiredForWriteOperations'],
  [false, 'NoError'],
])('AlwaysOverwrite wants a change key: %s', async (alwaysWantsChangeKey, code) => {
  const { call, create } = await setUp({ recordDir, quirks: { alwaysWantsChangeKey } })
  const { Id } = await create(calendarItem(...someTimes))
  const subject = [setField('item:Subject', leaf('t:Subject', 'x'))]
  expect(codeOf(await call(updateItem({ Id }, subject, 'AlwaysOverwrite')))).toBe(code)
  expect(codeOf(await call(updateItem({ Id }, subject, 'AutoResolve')))).toBe(
    'ErrorChangeKeyRequiredForWriteOperations',
  )
})

test.each([
  [true, 'NoError'],
  [false, 'ErrorSubscriptionDelegateAccessNotSupported'],
])('full access is enough to subscribe: %s', async (fullAccessSubscribes, code) => {
  const { call } = await setUp({ recordDir, quirks: { fullAccessSubscribes } })
  const folder = calendarFolder.replace(
    '/>',
    `>${node('t:Mailbox', leaf('t:EmailAddress', bob))}</t:DistinguishedFolderId>`,
  )
  const types = node('t:EventTypes', leaf('t:EventType', 'CreatedEvent'))
  const request = node('m:StreamingSubscriptionRequest', node('t:FolderIds', folder) + types)
  expect(codeOf(await call(node('m:Subscribe', request), { impersonate: null }))).toBe(code)
})

test('MimeContent is an iCalendar object', async () => {
  const { call, create } = await setUp({ recordDir })
  const recurrence = node('t:Recurrence', [
    node('t:RelativeMonthlyRecurrence', [
      leaf('t:Interval', 1),
      leaf('t:DaysOfWeek', 'Monday'),
      leaf('t:DayOfWeekIndex', 'Last'),
    ]),
    node('t:NumberedRecurrence', leaf('t:StartDate', '2027-06-14') + leaf('t:NumberOfOccurrences', 4)),
  ])
  const item = calendarItem(
    leaf('t:Subject', 'Stones; sand, & more'),
    leaf('t:Sensitivity', 'Private'),
    ...someTimes,
    recurrence,
    node('t:StartTimeZone', '', { Id: 'W. Europe Standard Time' }),
  )
  const asked = shape('IdOnly', [fieldUri('item:MimeContent')])
  const [found] = itemsOf(await call(getItem([await create(item)], asked)))
  const lines = Buffer.from((found && childText(found, 'MimeContent')) ?? '', 'base64')
    .toString('utf8')
    .split('\r\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'BEGIN:VEVENT',
      'SUMMARY:Stones\\; sand\\, & more',
      'CLASS:PRIVATE',
      'DTSTART;TZID=W. Europe Standard Time:20270628T140000',
      'RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=MO;BYSETPOS=-1;COUNT=4',
    ]),
  )
})

test('a zone of the client’s own making is known by its rules', async () => {
  const { create, read } = await setUp({ recordDir })
  const period = (name: string, bias: string): Xml =>
    node('t:Period', '', { Bias: bias, Name: name, Id: name })
  const change = (to: string, month: number, time: string): Xml =>
    node('t:RecurringDayTransition', [
      leaf('t:To', to, { Kind: 'Period' }),
      leaf('t:TimeOffset', time),
      leaf('t:Month', month),
      leaf('t:DayOfWeek', 'Sunday'),
      leaf('t:Occurrence', -1),
    ])
  const group = node('t:TransitionsGroup', change('Summer', 3, 'PT2H') + change('Winter', 10, 'PT3H'), {
    Id: 0,
  })
  const zone = node(
    't:StartTimeZone',
    [
      node('t:Periods', period('Winter', '-PT60M') + period('Summer', '-PT120M')),
      node('t:TransitionsGroups', group),
      node('t:Transitions', node('t:Transition', leaf('t:To', '0', { Kind: 'Group' }))),
    ],
    { Id: 'mine' },
  )
  const times = [leaf('t:Start', '2027-06-14T12:00:00'), leaf('t:End', '2027-06-14T13:00:00')]
  const item = await read(await create(calendarItem(...times, zone)))
  expect(childText(item, 'Start')).toBe('2027-06-14T10:00:00Z')
})

test('an organiser who updates what is deleted cannot mail it', async () => {
  const { call, create } = await setUp({ recordDir })
  const ref = await create(calendarItem(...someTimes))
  const target = node('m:ToFolderId', node('t:DistinguishedFolderId', '', { Id: 'deleteditems' }))
  const moved = itemsOf(
    await call(node('m:MoveItem', target + node('m:ItemIds', node('t:ItemId', '', { Id: ref.Id })))),
  )[0]
  const { Id = '', ChangeKey } = (moved && child(moved, 'ItemId')?.attributes) ?? {}
  const subject = [setField('item:Subject', leaf('t:Subject', 'x'))]
  const reply = await call(updateItem({ Id, ChangeKey }, subject, 'AutoResolve', 'SendToAllAndSaveCopy'), {
    impersonate: alice,
  })
  expect(codeOf(reply)).toBe('ErrorCalendarCannotUpdateDeletedItem')
})

testRecording(recordDir)
