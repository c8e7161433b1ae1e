import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deadlineIn } from './deadline.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a deadline is past once its time is over', () => {
  const { isPast } = deadlineIn(1_000)
  vi.advanceTimersByTime(999)
  expect(isPast()).toBe(false)
  vi.advanceTimersByTime(1)
  expect(isPast()).toBe(true)
})

test('also if the wall clock alone went on, or was set back', () => {
  const asleep = deadlineIn(1_000)
  vi.setSystemTime(Date.now() + 1_000)
  expect(asleep.isPast()).toBe(true)

  const setBack = deadlineIn(1_000)
  vi.setSystemTime(Date.now() - 60_000)
  vi.advanceTimersByTime(1_000)
  expect(setBack.isPast()).toBe(true)
})
