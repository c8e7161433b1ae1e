import { expect, test } from 'vitest'
import { answered, startAnswering } from '../testing/answering-exchange.ts'

const mailbox = 'alice@contoso.example'

test('the folders of a large mailbox are listed page by page, and searched some at a time', async () => {
  const { find, calls } = await setUp({ folders: Array.from({ length: 1_030 }, (_, n) => folder(`f${n}`)) })
  expect(await find()).toEqual([])
  expect(calls.filter((call) => call.includes('<m:FindFolder')).map(offsetOf)).toEqual(['0', '1000', '0'])
  const searched = calls.filter((call) => call.includes('<m:FindItem')).map(parentsOf)
  expect(searched.flat()).toHaveLength(1_030)
  expect(Math.max(...searched.map(({ length }) => length))).toBe(25)
})

test('a folder with many items is searched by itself', async () => {
  const { find, calls } = await setUp({
    folders: [folder('a'), folder('b', 60_000), folder('c'), folder('d')],
  })
  await find()
  const searched = calls.filter((call) => call.includes('<m:FindItem')).map(parentsOf)
  expect(searched).toEqual([['a'], ['b'], ['c', 'd']])
})

test('neither the calendar nor a search folder is searched', async () => {
  const { find, calls } = await setUp({
    folders: [folder('calendar'), folder('all', 9).replaceAll('t:Folder>', 't:SearchFolder>'), folder('a')],
  })
  await find()
  expect(calls.flatMap(parentsOf)).toEqual(['a'])
})

test('what was taken away is looked for where users put things, and where Exchange puts what they delete', async () => {
  const { findTakenAway, calls } = await setUp({ folders: [folder('calendar'), folder('a')] })
  await findTakenAway()
  const [call = ''] = calls.filter((each) => each.includes('<m:FindItem'))
  expect(parentsOf(call)).toEqual(['a'])
  const kept = [...call.matchAll(/DistinguishedFolderId Id="(\w+)"/g)].map(([, id]) => id)
  expect(kept).toEqual(['recoverableitemsdeletions', 'recoverableitemspurges'])
  expect(calls.some((each) => each.includes('recoverableitemsroot'))).toBe(false)
})

test('what one folder holds more of is asked for in that folder alone', async () => {
  const { find, calls } = await setUp({
    folders: [folder('a'), folder('b')],
    answerOf: (id, offset) => found(id === 'b' && offset === 0 ? ['i1'] : [], id !== 'b' || offset > 0),
  })
  expect(await find()).toMatchObject([{ itemId: 'i1' }])
  const searched = calls.filter((call) => call.includes('<m:FindItem'))
  expect(searched.map((call) => [parentsOf(call), offsetOf(call)])).toEqual([
    [['a', 'b'], '0'],
    [['b'], '1'],
  ])
})

test.each(['ErrorFolderNotFound', 'ErrorItemNotFound', 'ErrorAccessDenied'])(
  'a folder that is gone by now, or closed, is passed over: %s',
  async (code) => {
    const { find } = await setUp({
      folders: [folder('a'), folder('b')],
      answerOf: (id) => (id === 'a' ? error('FindItem', code) : found(['i1'], true)),
    })
    expect(await find()).toMatchObject([{ itemId: 'i1', stamp: { appointmentId: 'APP-1' } }])
  },
)

test.each([
  'ErrorServerBusy',
  'ErrorInternalServerError',
  'ErrorMailboxMoveInProgress',
  'ErrorInvalidRequest',
])('a folder of which nothing is known is not one without the item: %s', async (code) => {
  const { find } = await setUp({
    folders: [folder('a'), folder('b')],
    answerOf: (id) => (id === 'a' ? error('FindItem', code) : found([], true)),
  })
  await expect(find()).rejects.toMatchObject({ code })
})

test.each(['ErrorAccessDenied', 'ErrorFolderNotFound'])(
  'a mailbox whose folders may not be listed is not one without the item: %s',
  async (code) => {
    const { find } = await setUp({ folders: [], listing: error('FindFolder', code) })
    await expect(find()).rejects.toMatchObject({ name: 'MailboxRefusedError', code })
  },
)

type Exchange = {
  folders: readonly string[]
  listing?: string
  answerOf?: (folderId: string, offset: number) => string
}

/** An Exchange that knows no recoverable items. */
async function setUp({ folders, listing, answerOf = () => found([], true) }: Exchange) {
  const answerTo = (call: string) => {
    if (call.includes('<m:GetFolder')) return answered('GetFolder', calendar)
    if (call.includes('recoverableitemsroot'))
      return answered('FindFolder', error('FindFolder', 'ErrorFolderNotFound'))
    const offset = Number(offsetOf(call))
    if (call.includes('<m:FindFolder')) return answered('FindFolder', listing ?? listed(folders, offset))
    const named = [...call.matchAll(/FolderId Id="(\w+)"/g)].map(([, id]) => id!)
    return answered('FindItem', ...named.map((id) => answerOf(id, offset)))
  }
  const calls: string[] = []
  const { gateway } = await startAnswering(({ body }) => {
    calls.push(body)
    return { answer: answerTo(body) }
  })
  return {
    calls,
    find: () => gateway.findElsewhereByStamp(mailbox, ['APP-1']),
    findTakenAway: () => gateway.findTakenAwayByStamp(mailbox, 'APP-1'),
  }
}

function offsetOf(call: string): string {
  return /Offset="(\d+)"/.exec(call)?.[1] ?? ''
}

function parentsOf(call: string): string[] {
  return [...call.matchAll(/<t:FolderId Id="(\w+)"/g)].map(([, id]) => id!)
}

function folder(id: string, items = 1): string {
  return `<t:Folder><t:FolderId Id="${id}" ChangeKey="c"/><t:TotalCount>${items}</t:TotalCount></t:Folder>`
}

function listed(folders: readonly string[], offset: number): string {
  const page = folders.slice(offset, offset + 1_000)
  const isLast = offset + page.length === folders.length
  const root = `<m:RootFolder TotalItemsInView="${folders.length}" IncludesLastItemInRange="${isLast}"><t:Folders>${page.join('')}</t:Folders></m:RootFolder>`
  return success('FindFolder', root)
}

function found(itemIds: readonly string[], isLast: boolean): string {
  const property = (name: string, value: string) =>
    `<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="6e0d3c1a-52b7-4f0e-9a55-0c7f2b9d4e81" PropertyName="${name}" PropertyType="String"/><t:Value>${value}</t:Value></t:ExtendedProperty>`
  const stamp = property('LockstepAppointment', 'APP-1') + property('LockstepVersion', '1|a1|UTC|UTC')
  const items = itemIds.map(
    (id) => `<t:CalendarItem><t:ItemId Id="${id}" ChangeKey="c"/>${stamp}</t:CalendarItem>`,
  )
  const root = `<m:RootFolder TotalItemsInView="9" IncludesLastItemInRange="${isLast}"><t:Items>${items.join('')}</t:Items></m:RootFolder>`
  return success('FindItem', root)
}

const calendar = success(
  'GetFolder',
  '<m:Folders><t:CalendarFolder><t:FolderId Id="calendar" ChangeKey="c"/></t:CalendarFolder></m:Folders>',
)

function success(operation: string, content: string): string {
  return `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}</m:${operation}ResponseMessage>`
}

function error(operation: string, code: string): string {
  return `<m:${operation}ResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>${code}</m:ResponseCode></m:${operation}ResponseMessage>`
}
