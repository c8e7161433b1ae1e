import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Recurrence } from '../store/item.ts'
import { occurrenceStarts } from './recurrence.ts'

const patterns: readonly Recurrence['pattern'][] = [
  { kind: 'DailyRecurrence', fields: [['Interval', '3']] },
  {
    kind: 'WeeklyRecurrence',
    fields: [
      ['Interval', '2'],
      ['DaysOfWeek', 'Monday Saturday'],
    ],
  },
  {
    kind: 'AbsoluteMonthlyRecurrence',
    fields: [
      ['Interval', '5'],
      ['DayOfMonth', '31'],
    ],
  },
  {
    kind: 'RelativeMonthlyRecurrence',
    fields: [
      ['Interval', '1'],
      ['DaysOfWeek', 'WeekendDay'],
      ['DayOfWeekIndex', 'Last'],
    ],
  },
  {
    kind: 'AbsoluteYearlyRecurrence',
    fields: [
      ['DayOfMonth', '29'],
      ['Month', 'February'],
    ],
  },
  {
    kind: 'RelativeYearlyRecurrence',
    fields: [
      ['DaysOfWeek', 'Day'],
      ['DayOfWeekIndex', 'First'],
      ['Month', 'November'],
    ],
  },
]

describe.each(patterns)('$kind', (pattern) => {
  test('gives the same occurrences whether it starts from the beginning or skips what was before', () => {
    const day = 86_400_000
    const range = {
      kind: 'NoEndRecurrence',
      fields: [['StartDate', '2015-03-04']],
    } satisfies Recurrence['range']
    const start = Date.parse('2015-03-04T09:00:00Z')
    const series = { start, startZone: 'W. Europe Standard Time', recurrence: { pattern, range } }
    const until = start + 7_000 * day
    const all = [...occurrenceStarts(series, until)]
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 7_000 }), (days) => {
        const from = start + days * day
        const late = (at: number): boolean => at >= from
        expect([...occurrenceStarts(series, until, from)].filter(late)).toEqual(all.filter(late))
      }),
      { numRuns: 20 },
    )
  })
})
