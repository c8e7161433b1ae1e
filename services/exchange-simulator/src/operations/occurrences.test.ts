import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  deleteItem,
  fieldUri,
  findItem,
  getItem,
  type Ref,
  refOf,
  setField,
  shape,
  syncFolderItems,
  updateItem,
} from '../testing/requests.ts'
import { newRecording, setUp, type TestBed, testRecording } from '../testing/set-up.ts'
import { codeOf, itemsOf } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend, type Element } from '../xml/element.ts'

const recordDir = newRecording()
const zone = { Id: 'W. Europe Standard Time' }

type Fields = Readonly<Record<string, string | number>>

function part(name: string, fields: Fields): Xml {
  return node(
    `t:${name}`,
    Object.entries(fields).map(([field, value]) => leaf(`t:${field}`, value)),
  )
}

/** A series at ten o'clock in Amsterdam. */
function series(pattern: Xml, range: Xml, day = '2027-10-19'): Xml {
  return calendarItem(
    leaf('t:Subject', 'Series'),
    leaf('t:Start', `${day}T10:00:00`),
    leaf('t:End', `${day}T11:00:00`),
    node('t:Recurrence', pattern + range),
    node('t:StartTimeZone', '', zone),
  )
}

const weekly = part('WeeklyRecurrence', { Interval: 1, DaysOfWeek: 'Tuesday' })
const numbered = (count: number, day = '2027-10-19'): Xml =>
  part('NumberedRecurrence', { StartDate: day, NumberOfOccurrences: count })

function view(from: string, to: string): Xml {
  return findItem(
    node('m:CalendarView', '', { StartDate: `${from}T00:00:00Z`, EndDate: `${to}T00:00:00Z` }),
    shape('Default'),
  )
}

async function startsIn({ call }: TestBed, from: string, to: string): Promise<(string | undefined)[]> {
  return itemsOf(await call(view(from, to))).map((item) => childText(item, 'Start'))
}

function occurrence(master: Ref, index: number): Xml {
  return node('t:OccurrenceItemId', '', { RecurringMasterId: master.Id, InstanceIndex: index })
}

async function fetchOne({ call }: TestBed, id: Xml): Promise<{ code: string; item: Element | undefined }> {
  const reply = await call(node('m:GetItem', shape('AllProperties') + node('m:ItemIds', id)))
  return { code: codeOf(reply), item: itemsOf(reply)[0] }
}

async function aWeeklySeries() {
  const bed = await setUp({ recordDir })
  const master = await bed.create(series(weekly, numbered(4)))
  const { item } = await fetchOne(bed, occurrence(master, 2))
  return { bed, master, second: refOf(item) }
}

describe('a recurrence', () => {
  test.each<[string, Xml, string[]]>([
    ['DailyRecurrence', part('DailyRecurrence', { Interval: 3 }), ['10-19', '10-22', '10-25']],
    [
      'WeeklyRecurrence',
      part('WeeklyRecurrence', { Interval: 2, DaysOfWeek: 'Tuesday Thursday', FirstDayOfWeek: 'Monday' }),
      ['10-19', '10-21', '11-02'],
    ],
    [
      'AbsoluteMonthlyRecurrence',
      part('AbsoluteMonthlyRecurrence', { Interval: 1, DayOfMonth: 31 }),
      ['10-31', '11-30', '12-31'],
    ],
    [
      'RelativeMonthlyRecurrence',
      part('RelativeMonthlyRecurrence', { Interval: 1, DaysOfWeek: 'Weekday', DayOfWeekIndex: 'Last' }),
      ['10-29', '11-30', '12-31'],
    ],
    [
      'AbsoluteYearlyRecurrence',
      part('AbsoluteYearlyRecurrence', { DayOfMonth: 29, Month: 'February' }),
      ['02-29', '02-28', '02-28'],
    ],
    [
      'RelativeYearlyRecurrence',
      part('RelativeYearlyRecurrence', { DaysOfWeek: 'Sunday', DayOfWeekIndex: 'Second', Month: 'May' }),
      ['05-14', '05-13', '05-12'],
    ],
  ])('%s falls on the days of its pattern, its master on the first', async (name, pattern, days) => {
    const bed = await setUp({ recordDir })
    const master = await bed.create(series(pattern, numbered(3)))
    const item = await bed.read(master)
    const found = []
    for (const index of [1, 2, 3]) found.push((await fetchOne(bed, occurrence(master, index))).item)
    expect(found.map((one) => one && childText(one, 'Start')?.slice(5, 10))).toEqual(days)
    expect(childText(item, 'Start')).toBe(found[0] && childText(found[0], 'Start'))
    expect(descend(item, 'Recurrence', name)).toBeDefined()
    expect(descend(item, 'Recurrence', 'NumberedRecurrence', 'StartDate')?.text).toBe('2027-10-19+02:00')
  })

  test.each<[string, Xml, number]>([
    ['NumberedRecurrence', numbered(4), 4],
    ['EndDateRecurrence', part('EndDateRecurrence', { StartDate: '2027-10-19', EndDate: '2027-11-02' }), 3],
    ['NoEndRecurrence', part('NoEndRecurrence', { StartDate: '2027-10-19' }), 11],
  ])('with the range %s ends where it should', async (_name, range, count) => {
    const bed = await setUp({ recordDir })
    const master = await bed.read(await bed.create(series(weekly, range)))
    expect(await startsIn(bed, '2027-10-01', '2028-01-01')).toHaveLength(count)
    expect(child(master, 'LastOccurrence') === undefined).toBe(count === 11)
  })

  test('keeps its wall clock when the clocks change', async () => {
    const { bed } = await aWeeklySeries()
    expect(await startsIn(bed, '2027-10-26', '2027-11-03')).toEqual([
      '2027-10-26T08:00:00Z',
      '2027-11-02T09:00:00Z',
    ])
  })

  test.each<[string, Xml, Xml]>([
    ['ErrorCalendarOutOfRange', part('DailyRecurrence', { Interval: 0 }), numbered(2)],
    ['ErrorCalendarOutOfRange', part('DailyRecurrence', { Interval: 1 }), numbered(1_000)],
    [
      'ErrorCalendarInvalidDayForWeeklyRecurrence',
      part('WeeklyRecurrence', { Interval: 1, DaysOfWeek: 'Weekday' }),
      numbered(2),
    ],
    [
      'ErrorRecurrenceHasNoOccurrence',
      part('WeeklyRecurrence', { Interval: 1, DaysOfWeek: 'Monday' }),
      part('EndDateRecurrence', { StartDate: '2027-10-19', EndDate: '2027-10-20' }),
    ],
    [
      'ErrorRecurrenceEndDateTooBig',
      weekly,
      part('EndDateRecurrence', { StartDate: '2027-10-19', EndDate: '4501-01-01' }),
    ],
    ['ErrorSchemaValidation', part('DailyRecurrence', { Interval: 'often' }), numbered(2)],
  ])('is refused with %s', async (code, pattern, range) => {
    const { call } = await setUp()
    const items = node('m:Items', series(pattern, range))
    expect(codeOf(await call(node('m:CreateItem', items, { SendMeetingInvitations: 'SendToNone' })))).toBe(
      code,
    )
  })
})

describe('an occurrence', () => {
  test('that is changed becomes an exception, of which the master knows', async () => {
    const { bed, master, second } = await aWeeklySeries()
    const times = [
      setField('calendar:Start', leaf('t:Start', '2027-10-26T12:00:00Z')),
      setField('calendar:End', leaf('t:End', '2027-10-26T13:00:00Z')),
      setField('item:Subject', leaf('t:Subject', 'Later')),
    ]
    const reply = await bed.call(updateItem(second, times))
    const { item } = await fetchOne(bed, node('t:ItemId', '', { Id: refOf(itemsOf(reply)[0]).Id }))
    const info = descend(await bed.read(master), 'ModifiedOccurrences', 'Occurrence')
    expect(item && [childText(item, 'CalendarItemType'), childText(item, 'Subject')]).toEqual([
      'Exception',
      'Later',
    ])
    expect(info?.children.map(({ name, text }) => [name, text]).slice(1)).toEqual([
      ['Start', '2027-10-26T12:00:00Z'],
      ['End', '2027-10-26T13:00:00Z'],
      ['OriginalStart', '2027-10-26T08:00:00Z'],
    ])
    expect(await startsIn(bed, '2027-10-26', '2027-10-27')).toEqual(['2027-10-26T12:00:00Z'])
  })

  test('cannot be moved past the next', async () => {
    const { bed, second } = await aWeeklySeries()
    const times = [
      setField('calendar:Start', leaf('t:Start', '2027-11-03T12:00:00Z')),
      setField('calendar:End', leaf('t:End', '2027-11-03T13:00:00Z')),
    ]
    expect(codeOf(await bed.call(updateItem(second, times)))).toBe('ErrorOccurrenceCrossingBoundary')
  })

  test('that is deleted leaves a gap', async () => {
    const { bed, master, second } = await aWeeklySeries()
    await bed.call(deleteItem(second))
    const item = await bed.read(master)
    expect(descend(item, 'DeletedOccurrences', 'DeletedOccurrence', 'Start')?.text).toBe(
      '2027-10-26T08:00:00Z',
    )
    expect(await startsIn(bed, '2027-10-01', '2028-01-01')).toHaveLength(3)
    expect((await fetchOne(bed, occurrence(master, 2))).code).toBe(
      'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
    )
    expect(codeOf(await bed.call(getItem([second])))).toBe('ErrorCalendarOccurrenceIsDeletedFromRecurrence')
  })

  test('leads back to its master, and is counted from one', async () => {
    const { bed, master, second } = await aWeeklySeries()
    const back = node('t:RecurringMasterItemId', '', { OccurrenceId: second.Id })
    expect(refOf((await fetchOne(bed, back)).item).Id).toBe(master.Id)
    expect((await fetchOne(bed, occurrence(master, 5))).code).toBe(
      'ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange',
    )
    expect((await fetchOne(bed, occurrence(second, 1))).code).toBe('NoError')
  })

  test('is never in SyncFolderItems, and changes its master there', async () => {
    const { bed, master, second } = await aWeeklySeries()
    const first = await bed.call(syncFolderItems())
    const state = first.messages[0] && childText(first.messages[0], 'SyncState')
    await bed.call(updateItem(second, [setField('item:Subject', leaf('t:Subject', 'x'))]))
    const [message] = (await bed.call(syncFolderItems(state))).messages
    const changes = message && child(message, 'Changes')?.children
    expect(changes?.map((change) => [change.name, refOf(change.children[0]).Id])).toEqual([
      ['Update', master.Id],
    ])
  })

  test('goes back to the pattern when the series gets another time', async () => {
    const { bed, master, second } = await aWeeklySeries()
    await bed.call(updateItem(second, [setField('item:Subject', leaf('t:Subject', 'x'))]))
    const { ChangeKey } = refOf(await bed.read(master))
    const times = [
      setField('calendar:Start', leaf('t:Start', '2027-10-19T12:00:00Z')),
      setField('calendar:End', leaf('t:End', '2027-10-19T13:00:00Z')),
    ]
    await bed.call(updateItem({ Id: master.Id, ChangeKey }, times))
    const item = await bed.read(master)
    expect(child(item, 'ModifiedOccurrences')).toBeUndefined()
    expect(await startsIn(bed, '2027-10-26', '2027-10-27')).toEqual(['2027-10-26T12:00:00Z'])
  })

  test('with AutoResolve merges with a change of the master, but not with one of its neighbour', async () => {
    const { bed, master, second } = await aWeeklySeries()
    const subject = [setField('item:Subject', leaf('t:Subject', 'x'))]
    await bed.call(updateItem(master, [setField('calendar:Location', leaf('t:Location', 'Room 4'))]))
    expect(codeOf(await bed.call(updateItem(second, subject, 'AutoResolve')))).toBe('NoError')
    expect(codeOf(await bed.call(updateItem(second, subject, 'AutoResolve')))).toBe(
      'ErrorIrresolvableConflict',
    )
  })
})

test('a view wants a calendar folder, and no restriction beside it', async () => {
  const { call } = await setUp({ recordDir })
  const asked = view('2027-01-01', '2027-02-01')
  const restriction = node('m:Restriction', node('t:Exists', fieldUri('item:Subject')))
  const withRestriction = asked.replace('<m:ParentFolderIds>', `${restriction}<m:ParentFolderIds>`)
  expect(codeOf(await call(withRestriction))).toBe('ErrorInvalidOperation')
  expect(codeOf(await call(asked.replace('Id="calendar"', 'Id="inbox"')))).toBe(
    'ErrorCalendarFolderIsInvalidForCalendarView',
  )
})

testRecording(recordDir)
