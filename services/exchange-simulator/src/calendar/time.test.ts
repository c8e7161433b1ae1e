import { expect, test } from 'vitest'
import { writeInstant } from './time.ts'

test.each(['2027-06-14T12:00:00Z', '1969-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '4500-09-01T00:00:00Z'])(
  'an instant is written as %s',
  (text) => {
    expect(writeInstant(Date.parse(text) + 999)).toBe(text)
  },
)
