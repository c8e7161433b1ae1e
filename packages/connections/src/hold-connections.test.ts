import { createLogger } from '@lockstep/runtime'
import { describe, expect, test } from 'vitest'
import { holdConnections } from './hold-connections.ts'

type Config = { value: string; isBad?: boolean; cannotBegin?: boolean }

describe('connections that are held', () => {
  test('one that changed is replaced, one that is new begins, one that is gone ends; the rest is left alone', async () => {
    const { held, steps } = setUp()
    await held.start(of({ a: { value: '1' }, b: { value: '1' }, c: { value: '1' } }))
    steps.length = 0
    expect(await held.change(of({ a: { value: '1' }, b: { value: '2' }, d: { value: '1' } }))).toBe(true)
    expect(steps.toSorted()).toEqual([
      'attempt b 2',
      'attempt d 1',
      'begin b 2',
      'begin d 1',
      'end b 1',
      'end c 1',
    ])
  })

  test('settings that do not stand the test are not taken, and told once', async () => {
    const { held, steps, lines } = setUp()
    await held.start(of({ a: { value: '1' } }))
    const bad = of({ a: { value: '2', isBad: true } })
    expect(await held.change(bad)).toBe(false)
    expect(await held.change(bad)).toBe(false)
    expect(steps).not.toContain('end a 1')
    expect([...held.refused()]).toMatchObject([['a', { reason: 'of no use' }]])
    expect(lines).toHaveLength(1)
    await held.change(of({ a: { value: '1' } }))
    expect(held.refused().size).toBe(0)
  })

  test('settings with which it cannot begin give way to those before', async () => {
    const { held, steps } = setUp()
    await held.start(of({ a: { value: '1' } }))
    expect(await held.change(of({ a: { value: '2', cannotBegin: true } }))).toBe(false)
    expect(steps.at(-1)).toBe('begin a 1')
    await held.close()
    expect(steps.at(-1)).toBe('end a 1')
  })

  test('one that must never be missing begins anew before it ends', async () => {
    const { held, steps } = setUp({ isSeamless: true })
    await held.start(of({ a: { value: '1' } }))
    await held.change(of({ a: { value: '2' } }))
    expect(steps.slice(-2)).toEqual(['begin a 2', 'end a 1'])
  })
})

function setUp(options: { isSeamless?: boolean } = {}) {
  const steps: string[] = []
  const lines: string[] = []
  const held = holdConnections<Config>({
    ...options,
    log: createLogger('test', 'error', { write: (line) => void lines.push(line) }),
    async attempt(name, { value, isBad }) {
      steps.push(`attempt ${name} ${value}`)
      if (isBad) throw new Error('of no use')
    },
    async begin(name, { value, cannotBegin }) {
      if (cannotBegin) throw new Error('cannot begin')
      steps.push(`begin ${name} ${value}`)
      return { close: async () => void steps.push(`end ${name} ${value}`) }
    },
  })
  return { held, steps, lines }
}

function of(configs: Record<string, Config>): Map<string, Config> {
  return new Map(Object.entries(configs))
}
