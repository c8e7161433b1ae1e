import { expect, test } from 'vitest'
import { isStale } from './wanted.ts'

test.each([
  [2, undefined, false],
  [2, 1, false],
  [2, 2, true],
  [2, 3, true],
])('version %d after %s is stale: %s', (version, known, stale) => {
  expect(isStale(version, known === undefined ? undefined : { version: known })).toBe(stale)
})
