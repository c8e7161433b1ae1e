import { describe, expect, test } from 'vitest'
import { Waiters } from './waiters.ts'

describe('who waits in line', () => {
  test('is served by mailbox, in turn', () => {
    const waiters = new Waiters<string>()
    for (const waiter of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) waiters.add(waiter.slice(0, 1), waiter)
    expect(waiters.size).toBe(6)
    const served = Array.from({ length: 7 }, () => waiters.shift())
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', undefined])
    expect(waiters.size).toBe(0)
  })

  test('can leave', () => {
    const waiters = new Waiters<string>()
    for (const waiter of ['a1', 'a2', 'b1']) waiters.add(waiter.slice(0, 1), waiter)
    waiters.remove('a', 'a1')
    waiters.remove('b', 'b1')
    waiters.remove('b', 'b1')
    waiters.remove('c', 'c1')
    expect([waiters.size, waiters.shift(), waiters.shift()]).toEqual([1, 'a2', undefined])
  })

  test('can all be sent home', () => {
    const waiters = new Waiters<string>()
    for (const waiter of ['a1', 'b1']) waiters.add(waiter.slice(0, 1), waiter)
    expect([waiters.drain(), waiters.size]).toEqual([['a1', 'b1'], 0])
  })
})
