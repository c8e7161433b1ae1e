import { describe, expect, test } from 'vitest'
import {
  calendarItem,
  fieldUri,
  findItem,
  isEqualTo,
  shape,
  someTimes,
  stamp,
  stampUri,
} from '../testing/requests.ts'
import { newRecording, setUp, type TestBed, testRecording } from '../testing/set-up.ts'
import { codeOf, itemsOf } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend } from '../xml/element.ts'

const recordDir = newRecording()
const subject = fieldUri('item:Subject')
const number = node('t:ExtendedFieldURI', '', {
  DistinguishedPropertySetId: 'PublicStrings',
  PropertyName: 'a-number',
  PropertyType: 'Integer',
})

function restricted(expression: Xml): Xml {
  return node('m:Restriction', expression)
}

function contains(value: string, mode: string, comparison = 'Exact', path = subject): Xml {
  const attributes = { ContainmentMode: mode, ContainmentComparison: comparison }
  return node('t:Contains', path + node('t:Constant', '', { Value: value }), attributes)
}

function compare(name: string, path: Xml, value: string): Xml {
  return isEqualTo(path, value).replaceAll('IsEqualTo', name)
}

async function withItems(): Promise<TestBed> {
  const bed = await setUp({ recordDir })
  const make = (name: string, value: number, ...categories: string[]): Xml =>
    calendarItem(
      leaf('t:Subject', name),
      categories.length > 0
        ? node(
            't:Categories',
            categories.map((category) => leaf('t:String', category)),
          )
        : '',
      leaf('t:Importance', value > 5 ? 'High' : 'Low'),
      node('t:ExtendedProperty', number + leaf('t:Value', value)),
      ...someTimes,
    )
  await bed.create(make('Café visit', 3, 'Red', 'Blue'))
  await bed.create(make('Revisit', 10, 'Red'))
  await bed.create(make('Other', 6))
  return bed
}

async function subjectsOf({ call }: TestBed, criteria: Xml): Promise<(string | undefined)[]> {
  const reply = await call(findItem(criteria, shape('Default')))
  expect(codeOf(reply)).toBe('NoError')
  return itemsOf(reply).map((item) => childText(item, 'Subject'))
}

describe('a restriction', () => {
  test.each<[string, Xml, string[]]>([
    ['FullString', contains('Revisit', 'FullString'), ['Revisit']],
    ['Prefixed', contains('Re', 'Prefixed'), ['Revisit']],
    ['Substring', contains('visit', 'Substring'), ['Café visit', 'Revisit']],
    ['PrefixOnWords', contains('vis', 'PrefixOnWords'), ['Café visit']],
    ['ExactPhrase', contains('visit', 'ExactPhrase'), ['Café visit']],
    ['Exact', contains('revisit', 'FullString', 'Exact'), []],
    ['IgnoreCase', contains('revisit', 'FullString', 'IgnoreCase'), ['Revisit']],
    [
      'IgnoreNonSpacingCharacters',
      contains('Cafe', 'Prefixed', 'IgnoreNonSpacingCharacters'),
      ['Café visit'],
    ],
    ['any category', isEqualTo(fieldUri('item:Categories'), 'Red'), ['Café visit', 'Revisit']],
    ['no such category', compare('IsNotEqualTo', fieldUri('item:Categories'), 'Blue'), ['Revisit', 'Other']],
    ['a text in another case', isEqualTo(fieldUri('item:Subject'), 'rEVISIT'), ['Revisit']],
    ['a number', compare('IsGreaterThan', number, '5'), ['Revisit', 'Other']],
    ['Excludes', node('t:Excludes', number + node('t:Bitmask', '', { Value: '0x2' })), []],
    ['Not', node('t:Not', compare('IsLessThanOrEqualTo', number, '6')), ['Revisit']],
  ])('finds by %s', async (_name, expression, subjects) => {
    expect(await subjectsOf(await withItems(), restricted(expression))).toEqual(subjects)
  })

  test('on what cannot be searched is refused', async () => {
    const { call } = await withItems()
    const expression = isEqualTo(fieldUri('calendar:Recurrence'), 'x')
    expect(codeOf(await call(findItem(restricted(expression))))).toBe('ErrorUnsupportedPathForQuery')
  })
})

test.each([
  ['visit', ['Café visit']],
  ['subject:other', ['Other']],
  ['category:red rev', ['Revisit']],
  ['"fé visit"', []],
])('a query string %j finds whole words and beginnings of words', async (query, subjects) => {
  const bed = await withItems()
  const asked = findItem('', shape('Default')).replace(
    '</m:FindItem>',
    `${leaf('m:QueryString', query)}</m:FindItem>`,
  )
  expect(itemsOf(await bed.call(asked)).map((item) => childText(item, 'Subject'))).toEqual(subjects)
})

describe('a sort order', () => {
  const order = (path: Xml, direction: string): Xml =>
    node('m:SortOrder', node('t:FieldOrder', path, { Order: direction }))

  test.each<[string, Xml, string[]]>([
    ['texts', order(subject, 'Descending'), ['Revisit', 'Other', 'Café visit']],
    ['numbers', order(number, 'Ascending'), ['Café visit', 'Other', 'Revisit']],
    ['importance', order(fieldUri('item:Importance'), 'Ascending'), ['Café visit', 'Revisit', 'Other']],
  ])('sorts by %s', async (_name, criteria, subjects) => {
    expect(await subjectsOf(await withItems(), criteria)).toEqual(subjects)
  })

  test('by what cannot be sorted is refused', async () => {
    const { call } = await withItems()
    expect(codeOf(await call(findItem(order(fieldUri('calendar:Recurrence'), 'Ascending'))))).toBe(
      'ErrorUnsupportedPathForSortGroup',
    )
  })
})

describe('a listing', () => {
  test('cuts texts at 255 characters, which GetItem does not', async () => {
    const bed = await setUp({ recordDir })
    const ref = await bed.create(
      calendarItem(stamp('s'.repeat(300)), ...someTimes, leaf('t:Location', 'l'.repeat(300))),
    )
    const asked = shape('IdOnly', [fieldUri('calendar:Location'), stampUri])
    const [found] = itemsOf(await bed.call(findItem('', asked)))
    const whole = await bed.read(ref)
    expect(
      found && [childText(found, 'Location'), descend(found, 'ExtendedProperty', 'Value')?.text],
    ).toEqual(['l'.repeat(255), 's'.repeat(255)])
    expect(childText(whole, 'Location')).toHaveLength(300)
  })

  test('can begin at a fraction, but not at a condition', async () => {
    const { call } = await withItems()
    const page = node('m:FractionalPageItemView', '', { MaxEntriesReturned: 1, Numerator: 1, Denominator: 3 })
    const seek = node('m:SeekToConditionPageItemView', node('t:Condition', isEqualTo(subject, 'x')), {
      BasePoint: 'Beginning',
    })
    const reply = await call(findItem(page, shape('Default')))
    const root = reply.messages[0] && child(reply.messages[0], 'RootFolder')
    expect(itemsOf(reply).map((item) => childText(item, 'Subject'))).toEqual(['Revisit'])
    expect(root?.attributes).toMatchObject({ NumeratorOffset: '2', AbsoluteDenominator: '3' })
    expect(codeOf(await call(findItem(seek)))).toBe('ErrorCalendarSeekToConditionNotSupported')
  })

  test('gives at most 250 with a restriction and 1,000 without', async () => {
    const { call, simulator } = await setUp()
    const moment = (hour: number) => ({ dateTime: `2027-06-14T${hour}:00:00`, timeZone: 'UTC' })
    for (let made = 0; made < 1_001; made++) {
      simulator.userCreates('alice@contoso.example', { start: moment(10), end: moment(11), subject: 'x' })
    }
    expect(itemsOf(await call(findItem('')))).toHaveLength(1_000)
    expect(itemsOf(await call(findItem(restricted(isEqualTo(subject, 'x')))))).toHaveLength(250)
  })
})

testRecording(recordDir)
