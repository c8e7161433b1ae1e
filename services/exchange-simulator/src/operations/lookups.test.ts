import { describe, expect, test } from 'vitest'
import { calendarFolder, calendarItem, someTimes } from '../testing/requests.ts'
import { alice, newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, codesOf, type SoapReply } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend, type Element } from '../xml/element.ts'

const recordDir = newRecording()

describe('GetServerTimeZones', () => {
  const ask = (ids: readonly string[] = [], isFull = true): Xml =>
    node(
      'm:GetServerTimeZones',
      ids.length > 0
        ? node(
            'm:Ids',
            ids.map((id) => leaf('t:Id', id)),
          )
        : '',
      {
        ReturnFullTimeZoneData: isFull,
      },
    )
  const zonesIn = ({ messages: [message] }: SoapReply): readonly Element[] =>
    (message && child(message, 'TimeZoneDefinitions')?.children) ?? []

  test('knows every zone of Windows', async () => {
    const { call } = await setUp({ recordDir })
    const zones = zonesIn(await call(ask([], false)))
    expect(zones.length).toBeGreaterThan(130)
    expect(zones.every(({ children, attributes }) => children.length === 0 && attributes['Name'])).toBe(true)
    expect(zonesIn(await call(ask()))).toHaveLength(zones.length)
  })

  test('says since when which rules hold', async () => {
    const { call } = await setUp({ recordDir })
    const [zone] = zonesIn(await call(ask(['eastern standard time', 'No Such Time'])))
    const transitions = (zone && child(zone, 'Transitions')?.children) ?? []
    const group = zone && child(zone, 'TransitionsGroups')?.children.at(-1)
    expect(transitions.map((one) => [one.name, childText(one, 'DateTime')])).toEqual([
      ['Transition', undefined],
      ['AbsoluteDateTransition', '2007-01-01T00:00:00'],
    ])
    expect(group?.children.map((one) => one.children.slice(1).map(({ text }) => text))).toEqual([
      ['PT2H0M0S', '3', 'Sunday', '2'],
      ['PT2H0M0S', '11', 'Sunday', '1'],
    ])
  })
})

describe('ResolveNames', () => {
  const ask = (entry: string, isFull = false): Xml =>
    node('m:ResolveNames', leaf('m:UnresolvedEntry', entry), { ReturnFullContactData: isFull })

  test.each([
    ['ali', 'NoError', ['Alice Adams']],
    ['smtp:alice@contoso.example', 'NoError', ['Alice Adams']],
    ['Adams', 'NoError', ['Alice Adams']],
    ['b', 'NoError', ['Bob Brown']],
    ['c', 'ErrorNameResolutionMultipleResults', ['Carol Clark', 'Crew']],
    ['crew', 'NoError', ['Crew']],
    ['nobody', 'ErrorNameResolutionNoResults', []],
  ])('of %j gives %s', async (entry, code, names) => {
    const crew = { name: 'Crew', address: 'crew@contoso.example', members: [alice] }
    const { call } = await setUp({ recordDir, distributionLists: [crew] })
    const reply = await call(ask(entry, true))
    const set = reply.messages[0] && child(reply.messages[0], 'ResolutionSet')
    expect(codeOf(reply)).toBe(code)
    expect((set?.children ?? []).map((one) => descend(one, 'Mailbox', 'Name')?.text)).toEqual(names)
  })
})

describe('ConvertId', () => {
  const ask = (id: string, from: string, to: string, mailbox = alice): Xml => {
    const source = node('t:AlternateId', '', { Format: from, Id: id, Mailbox: mailbox })
    return node('m:ConvertId', node('m:SourceIds', source), { DestinationFormat: to })
  }
  const idIn = ({ messages: [message] }: SoapReply): string =>
    (message && child(message, 'AlternateId')?.attributes['Id']) ?? ''

  test.each(['EwsLegacyId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'])(
    'to %s and back gives the same id',
    async (format) => {
      const { call, create } = await setUp({ recordDir })
      const { Id } = await create(calendarItem(...someTimes))
      const converted = idIn(await call(ask(Id, 'EwsId', format)))
      expect(idIn(await call(ask(converted, format, 'EwsId')))).toBe(Id)
      expect(converted === Id).toBe(format === 'EwsLegacyId')
    },
  )

  test('refuses what is no id, and mailboxes that are none', async () => {
    const { call } = await setUp({ recordDir })
    expect(codeOf(await call(ask('DUMMY', 'EwsLegacyId', 'EwsId')))).toBe('ErrorInvalidIdMalformed')
    expect(codeOf(await call(ask('DUMMY', 'EwsId', 'EntryId', 'no@contoso.example')))).toBe(
      'ErrorNonExistentMailbox',
    )
  })
})

describe('FindFolder and SyncFolderHierarchy', () => {
  const shape = node('m:FolderShape', leaf('t:BaseShape', 'Default'))
  const root = node('t:DistinguishedFolderId', '', { Id: 'msgfolderroot' })
  const find = (traversal: string, more: Xml = '', parent = root): Xml =>
    node('m:FindFolder', shape + more + node('m:ParentFolderIds', parent), { Traversal: traversal })
  const namesIn = ({ messages: [message] }: SoapReply): (string | undefined)[] =>
    ((message && descend(message, 'RootFolder', 'Folders')?.children) ?? []).map((one) =>
      childText(one, 'DisplayName'),
    )

  test('give the folders below one, and those below them', async () => {
    const { call } = await setUp({ recordDir })
    const visible = namesIn(await call(find('Shallow')))
    const above = root.replace('msgfolderroot', 'root')
    expect(visible).toEqual(expect.arrayContaining(['Calendar', 'Inbox', 'Deleted Items']))
    expect(namesIn(await call(find('Shallow', '', above)))).toEqual([
      'Top of Information Store',
      'Recoverable Items',
    ])
    const hidden = ['Top of Information Store', 'Recoverable Items', 'Deletions', 'Versions', 'Purges']
    expect(new Set(namesIn(await call(find('Deep', '', above))))).toEqual(new Set([...visible, ...hidden]))
  })

  test('page and search', async () => {
    const { call } = await setUp({ recordDir })
    const page = node('m:IndexedPageFolderView', '', {
      MaxEntriesReturned: 2,
      Offset: 1,
      BasePoint: 'Beginning',
    })
    const path = node('t:FieldURI', '', { FieldURI: 'folder:DisplayName' })
    const contains = node('t:Contains', path + node('t:Constant', '', { Value: 'cal' }), {
      ContainmentMode: 'Prefixed',
      ContainmentComparison: 'IgnoreCase',
    })
    expect(namesIn(await call(find('Shallow', page)))).toHaveLength(2)
    expect(namesIn(await call(find('Shallow', node('m:Restriction', contains))))).toEqual(['Calendar'])
  })

  test('tell a folder once', async () => {
    const { call, simulator } = await setUp({ recordDir })
    const sync = (state: Xml = ''): Xml => node('m:SyncFolderHierarchy', shape + state)
    const [first] = (await call(sync())).messages
    const state = leaf('m:SyncState', (first && childText(first, 'SyncState')) ?? '')
    const [second] = (await call(sync(state))).messages
    const counts = [first, second].map((message) => message && child(message, 'Changes')?.children.length)
    expect(counts).toEqual([12, 0])
    expect(codeOf(await call(sync(leaf('m:SyncState', 'AAAA'))))).toBe('ErrorInvalidSyncStateData')

    simulator.userAddsFolder(alice, { displayName: 'Projects', parent: 'inbox' })
    const [third] = (await call(sync(state))).messages
    const [created, ...others] = (third && child(third, 'Changes')?.children) ?? []
    expect([created && descend(created, 'Folder', 'DisplayName')?.text, others]).toEqual(['Projects', []])
  })
})

describe('GetUserAvailability', () => {
  const change = (month: number, order: number, bias: number): Xml =>
    [
      leaf('t:Bias', bias),
      leaf('t:Time', bias === 0 ? '03:00:00' : '02:00:00'),
      leaf('t:DayOrder', order),
      leaf('t:Month', month),
      leaf('t:DayOfWeek', 'Sunday'),
    ].join('')
  const amsterdam = node('t:TimeZone', [
    leaf('t:Bias', -60),
    node('t:StandardTime', change(10, 5, 0)),
    node('t:DaylightTime', change(3, 5, -60)),
  ])
  const ask = (addresses: readonly string[], view: string, to = '2027-06-15T00:00:00'): Xml => {
    const data = addresses.map((address) =>
      node('t:MailboxData', node('t:Email', leaf('t:Address', address)) + leaf('t:AttendeeType', 'Required')),
    )
    const window = node('t:TimeWindow', leaf('t:StartTime', '2027-06-14T00:00:00') + leaf('t:EndTime', to))
    const options = window + leaf('t:MergedFreeBusyIntervalInMinutes', 60) + leaf('t:RequestedView', view)
    const content = amsterdam + node('m:MailboxDataArray', data) + node('t:FreeBusyViewOptions', options)
    return node('m:GetUserAvailabilityRequest', content)
  }
  const responsesIn = ({ body }: SoapReply): readonly Element[] =>
    child(body, 'FreeBusyResponseArray')?.children ?? []

  test('gives times in the zone of the request, merged and listed, and the working hours', async () => {
    const { call, create } = await setUp({ recordDir })
    await create(calendarItem(leaf('t:Subject', 'Secret'), ...someTimes))
    const [response] = responsesIn(await call(ask([alice], 'DetailedMerged')))
    const view = response && child(response, 'FreeBusyView')
    const event = view && descend(view, 'CalendarEventArray', 'CalendarEvent')
    expect(view && childText(view, 'MergedFreeBusy')).toBe(`${'0'.repeat(14)}2${'0'.repeat(9)}`)
    expect(event && childText(event, 'StartTime')).toBe('2027-06-14T14:00:00')
    expect(event && descend(event, 'CalendarEventDetails', 'Subject')?.text).toBe('Secret')
    expect(view && descend(view, 'WorkingHours', 'TimeZone', 'DaylightTime', 'Bias')?.text).toBe('-60')
  })

  test('says to others only when somebody is busy', async () => {
    const { call, create } = await setUp({ recordDir })
    await create(calendarItem(leaf('t:Subject', 'Secret'), ...someTimes))
    const reply = await call(ask([alice], 'Detailed'), { user: 'bob@contoso.example', impersonate: null })
    const [response] = responsesIn(reply)
    expect(response && descend(response, 'FreeBusyView', 'FreeBusyViewType')?.text).toBe('FreeBusy')
    expect(reply.text).not.toContain('Secret')
  })

  test('answers for mailboxes one by one', async () => {
    const { call } = await setUp({ recordDir })
    const responses = responsesIn(await call(ask(['nobody@contoso.example', alice], 'FreeBusy')))
    const codes = responses.map((one) => descend(one, 'ResponseMessage', 'ResponseCode')?.text)
    expect(codes).toEqual(['ErrorMailRecipientNotFound', 'NoError'])
  })

  test.each([
    ['2027-06-13T00:00:00', 'ErrorInvalidTimeInterval'],
    ['2027-09-14T00:00:00', 'ErrorTimeIntervalTooBig'],
  ])('refuses a window until %s', async (to, code) => {
    const { call } = await setUp({ recordDir })
    expect(codeOf(await call(ask([alice], 'FreeBusy', to)))).toBe(code)
  })
})

test('GetFolder counts the folders below', async () => {
  const { call } = await setUp({ recordDir })
  const shape = node('m:FolderShape', leaf('t:BaseShape', 'AllProperties'))
  const ids = node('m:FolderIds', calendarFolder + calendarFolder.replace('calendar', 'root'))
  const reply = await call(node('m:GetFolder', shape + ids))
  expect(codesOf(reply)).toEqual(['NoError', 'NoError'])
  const counts = reply.messages.map((one) =>
    descend(one, 'Folders')?.children.map((f) => childText(f, 'ChildFolderCount')),
  )
  expect(counts).toEqual([['0'], ['2']])
})

testRecording(recordDir)
