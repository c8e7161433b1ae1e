import { performance } from 'node:perf_hooks'
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

test('takes as long for a key that is nearly right as for one that is all wrong', () => {
  const key = 'k'.repeat(4_096)
  const isKnown = keyComparer(Array.from({ length: 50 }, (_, i) => `${key}${i}`))
  const timeOf = (given: string) => {
    const startedAt = performance.now()
    for (let i = 0; i < 200; i++) isKnown(given)
    return performance.now() - startedAt
  }
  const [near, far] = [`${key}0`, `x${key}`].map((given) => {
    timeOf(given)
    return Math.min(...Array.from({ length: 7 }, () => timeOf(given)))
  })
  expect(near! / far!).toBeGreaterThan(0.5)
  expect(near! / far!).toBeLessThan(2)
})
