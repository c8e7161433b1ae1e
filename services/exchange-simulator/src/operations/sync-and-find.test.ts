import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  createItem,
  deleteItem,
  fieldUri,
  findItem,
  isEqualTo,
  itemId,
  refOf,
  setField,
  someTimes,
  stamp,
  stampUri,
  syncFolderItems,
  updateItem,
} from '../testing/requests.ts'
import { newRecording, setUp, testRecording, type TestBed } from '../testing/set-up.ts'
import { codeOf, itemsOf, type SoapReply } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { child, childText, descend } from '../xml/element.ts'

const recordDir = newRecording()

function syncOf({ messages: [message] }: SoapReply) {
  if (!message) throw new Error('no message')
  const changes = child(message, 'Changes')?.children ?? []
  return {
    state: childText(message, 'SyncState') ?? '',
    isLast: childText(message, 'IncludesLastItemInRange') === 'true',
    changes: changes.map((change) => ({
      kind: change.name,
      id: (descend(change, 'CalendarItem', 'ItemId') ?? child(change, 'ItemId'))?.attributes['Id'],
    })),
  }
}

async function sync({ call }: TestBed, state?: string, max = 512) {
  return syncOf(await call(syncFolderItems(state, max)))
}

describe('SyncFolderItems', () => {
  test('says on demand what is not so: that what changed is deleted, or that half of it is all', async () => {
    const bed = await setUp()
    const [changed, other] = [
      await bed.create(calendarItem(...someTimes)),
      await bed.create(calendarItem(...someTimes)),
    ]
    const { state } = await sync(bed)
    bed.simulator.faults.add({ kind: 'falseDelete', times: 1 })
    expect((await sync(bed, state)).changes).toEqual([])
    await bed.call(updateItem(changed, [setField('item:Subject', leaf('t:Subject', 'x'))]))
    const lie = await sync(bed, state)
    expect(lie.changes).toEqual([{ kind: 'Delete', id: changed.Id }])
    expect((await sync(bed, lie.state)).changes).toEqual([])

    bed.simulator.faults.add({ kind: 'incompleteListing', times: 1 })
    expect(await sync(bed)).toMatchObject({ isLast: true, changes: [{ kind: 'Create', id: changed.Id }] })
    expect((await sync(bed)).changes).toMatchObject([{ id: changed.Id }, { id: other.Id }])
  })

  test('tells creations, updates and deletions since a state, each item once', async () => {
    const bed = await setUp({ recordDir })
    const [kept, gone] = [
      await bed.create(calendarItem(...someTimes)),
      await bed.create(calendarItem(...someTimes)),
    ]
    const { state } = await sync(bed)
    const born = await bed.create(calendarItem(...someTimes))
    for (const ref of [kept, born])
      await bed.call(updateItem(ref, [setField('item:Subject', leaf('t:Subject', 'x'))]))
    await bed.call(deleteItem(gone))
    expect((await sync(bed, state)).changes).toEqual([
      { kind: 'Create', id: born.Id },
      { kind: 'Update', id: kept.Id },
      { kind: 'Delete', id: gone.Id },
    ])
  })

  test('goes over pages and says which is the last', async () => {
    const bed = await setUp({ recordDir })
    await bed.call(createItem(Array.from({ length: 5 }, () => calendarItem(...someTimes))))
    const first = await sync(bed, undefined, 3)
    const second = await sync(bed, first.state, 3)
    expect([first.changes.length, first.isLast, second.changes.length, second.isLast]).toEqual([
      3,
      false,
      2,
      true,
    ])
    expect((await sync(bed, second.state)).changes).toEqual([])
  })

  test('an item that moves away is a deletion here and has another id there', async () => {
    const bed = await setUp({ recordDir })
    const ref = await bed.create(calendarItem(...someTimes))
    const { state } = await sync(bed)
    const target = node('m:ToFolderId', node('t:DistinguishedFolderId', '', { Id: 'inbox' }))
    const moved = refOf(
      itemsOf(await bed.call(node('m:MoveItem', target + node('m:ItemIds', itemId(ref)))))[0],
    )
    expect(moved.Id).not.toBe(ref.Id)
    expect((await sync(bed, state)).changes).toEqual([{ kind: 'Delete', id: ref.Id }])
  })

  test.each(['garbage', 'AAAA', undefined])('refuses the state %s of nobody', async (given) => {
    const bed = await setUp({ recordDir })
    const { state } = await sync(bed)
    const cut = given ?? state.slice(0, -12)
    const reply = await bed.call(syncFolderItems(cut))
    expect(codeOf(reply)).toBe('ErrorInvalidSyncStateData')
  })

  test('hands out at most 512 changes', async () => {
    const { call } = await setUp()
    expect(codeOf(await call(syncFolderItems(undefined, 513)))).toBe('ErrorSchemaValidation')
  })
})

describe('deleting', () => {
  test.each(['HardDelete', 'SoftDelete', 'MoveToDeletedItems'])(
    'with %s takes the item out of the calendar, and its id is gone',
    async (type) => {
      const bed = await setUp({ recordDir })
      const ref = await bed.create(calendarItem(...someTimes))
      expect(codeOf(await bed.call(deleteItem(ref, type)))).toBe('NoError')
      expect(bed.simulator.calendarOf('alice@contoso.example')).toEqual([])
      expect(codeOf(await bed.call(deleteItem(ref, type)))).toBe('ErrorItemNotFound')
    },
  )

  test('needs to be told whom to mail', async () => {
    const bed = await setUp({ recordDir })
    const ref = await bed.create(calendarItem(...someTimes))
    const request = node('m:DeleteItem', node('m:ItemIds', itemId(ref)), { DeleteType: 'HardDelete' })
    expect(codeOf(await bed.call(request))).toBe('ErrorSendMeetingCancellationsRequired')
  })
})

describe('FindItem', () => {
  const restriction = (expression: string) => node('m:Restriction', expression)
  const later = node(
    't:IsGreaterThan',
    fieldUri('calendar:Start') +
      node('t:FieldURIOrConstant', node('t:Constant', '', { Value: '2027-06-14T11:00:00Z' })),
  )

  test.each([
    ['an extended property', isEqualTo(stampUri, 'B'), ['b']],
    ['the UID, whatever its case', isEqualTo(fieldUri('calendar:UID'), 'uid-C'), ['c']],
    ['And', node('t:And', isEqualTo(stampUri, 'A') + isEqualTo(fieldUri('item:Subject'), 'b')), []],
    ['Or', node('t:Or', isEqualTo(stampUri, 'A') + isEqualTo(fieldUri('item:Subject'), 'b')), ['a', 'b']],
    ['Not and Exists', node('t:Not', node('t:Exists', stampUri)), ['c']],
    ['a time', later, ['a', 'b', 'c']],
  ])('finds by %s', async (_what, expression, subjects) => {
    const bed = await setUp({ recordDir })
    const make = (name: string, ...more: string[]) => calendarItem(leaf('t:Subject', name), ...more)
    await bed.create(make('a', stamp('A'), ...someTimes))
    await bed.create(make('b', stamp('B'), ...someTimes))
    await bed.create(make('c', leaf('t:UID', 'UID-c'), ...someTimes))
    const found = itemsOf(await bed.call(findItem(restriction(expression))))
    const known = bed.simulator.calendarOf('alice@contoso.example')
    expect(found.map((item) => known.find(({ itemId: id }) => id === refOf(item).Id)?.subject)).toEqual(
      subjects,
    )
  })

  test('pages, and says where to go on', async () => {
    const bed = await setUp({ recordDir })
    await bed.call(createItem(Array.from({ length: 5 }, () => calendarItem(...someTimes))))
    const page = node('m:IndexedPageItemView', '', {
      MaxEntriesReturned: 2,
      Offset: 2,
      BasePoint: 'Beginning',
    })
    const reply = await bed.call(findItem(page))
    const root = reply.messages[0] && child(reply.messages[0], 'RootFolder')
    expect(root?.attributes).toEqual({
      IndexedPagingOffset: '4',
      TotalItemsInView: '5',
      IncludesLastItemInRange: 'false',
    })
  })

  test('in a view gives what touches the range, a series as its occurrences', async () => {
    const bed = await setUp({ recordDir })
    const start = { dateTime: '2027-10-25T10:00:00', timeZone: 'Europe/Amsterdam' }
    const end = { dateTime: '2027-10-25T11:00:00', timeZone: 'Europe/Amsterdam' }
    bed.simulator.userCreates('alice@contoso.example', {
      subject: 'series',
      start,
      end,
      recurrence: { pattern: 'weekly', interval: 1, count: 3 },
    })
    const view = node('m:CalendarView', '', {
      StartDate: '2027-10-24T00:00:00Z',
      EndDate: '2027-11-02T00:00:00Z',
    })
    const additional = node(
      't:AdditionalProperties',
      fieldUri('calendar:Start') + fieldUri('calendar:CalendarItemType'),
    )
    const items = itemsOf(
      await bed.call(findItem(view, node('m:ItemShape', leaf('t:BaseShape', 'IdOnly') + additional))),
    )
    expect(items.map((item) => [childText(item, 'Start'), childText(item, 'CalendarItemType')])).toEqual([
      ['2027-10-25T08:00:00Z', 'Occurrence'],
      ['2027-11-01T09:00:00Z', 'Occurrence'],
    ])
  })

  test.each([
    ['2027-01-01T00:00:00Z', '2029-06-01T00:00:00Z', 'ErrorCalendarViewRangeTooBig'],
    ['2027-01-02T00:00:00Z', '2027-01-01T00:00:00Z', 'ErrorCalendarEndDateIsEarlierThanStartDate'],
  ])('refuses a view from %s to %s', async (StartDate, EndDate, code) => {
    const { call } = await setUp({ recordDir })
    expect(codeOf(await call(findItem(node('m:CalendarView', '', { StartDate, EndDate }))))).toBe(code)
  })
})

testRecording(recordDir)
