import { expect, test } from 'vitest'
import { keyComparer } from './api-keys.ts'

test('knows its keys and nothing else', () => {
  const isKnown = keyComparer(['first', 'second'])
  expect(['first', 'second', 'First', 'firs', 'firstt', '', 'first,second'].map(isKnown)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ])
})
