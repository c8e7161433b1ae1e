import { describe, expect, test } from 'vitest'
import { createPacer } from './pacer.ts'

const pace = { burst: 3, everyMs: 40, mostWaiting: 100 }

describe('what is paced', () => {
  test('runs at once for as many as may follow each other, and for all who come then together', async () => {
    const { runs, ask } = setUp()
    for (let n = 0; n < 3; n += 1) await ask('a')
    const answers = await Promise.all(Array.from({ length: 50 }, async () => ask('a')))
    expect(runs).toHaveLength(4)
    expect(new Set(answers)).toEqual(new Set(['a4']))
  })

  test('never joins a run that has begun: what it looked at may be older', async () => {
    const { runs, ask } = setUp()
    const [first, second, third] = [ask('a'), ask('a'), ask('a')]
    expect([await first, await second, await third]).toEqual(['a1', 'a2', 'a2'])
    expect(runs).toHaveLength(2)
  })

  test('runs for a change if any of those who wait told of one', async () => {
    const { runs, ask } = setUp()
    await Promise.all([ask('a', true), ask('a', false), ask('a', true), ask('a', false)])
    await ask('a', false)
    expect(runs.map(({ changed }) => changed)).toEqual([true, true, false])
  })

  test('keeps nobody else waiting', async () => {
    const { runs, ask } = setUp({ ...pace, burst: 1, everyMs: 60_000 })
    await ask('a')
    void ask('a')
    expect(await ask('b')).toBe('b2')
    expect(runs.map(({ key }) => key)).toEqual(['a', 'b'])
  })

  test('takes no more to wait than it may', async () => {
    const { ask } = setUp({ ...pace, mostWaiting: 2 })
    const running = ask('a')
    const waiting = [ask('a'), ask('a')]
    expect(ask('a')).toBeUndefined()
    expect(await Promise.all([running, ...waiting])).toEqual(['a1', 'a2', 'a2'])
  })

  test('goes on after a run that failed', async () => {
    const { ask, fail } = setUp()
    fail('a1')
    const [first, second] = [ask('a'), ask('a')]
    await expect(first).rejects.toThrow('a1')
    expect(await second).toBe('a2')
  })
})

function setUp(options = pace) {
  const runs: { key: string; changed: boolean }[] = []
  const failing = new Set<string>()
  const run = createPacer(async (key, { changed }) => {
    const name = `${key}${runs.push({ key, changed })}`
    await Promise.resolve()
    if (failing.has(name)) throw new Error(name)
    return name
  }, options)
  return {
    runs,
    fail: (name: string) => void failing.add(name),
    ask: (key: string, changed = true) => run(key, { changed }),
  }
}
