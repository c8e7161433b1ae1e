import { expect, test } from 'vitest'
import { type Crossing, oscillatingFields } from './oscillation.ts'

const rules = { crossings: 6, windowMs: 120_000 }

/** `>A` writes the value A to Exchange, `<B` tells the application of B; each a second after the one before. */
function crossingsOf(ways: string): Crossing[] {
  return ways.split(' ').map((way, n) => ({
    atMs: n * 1_000,
    direction: way.startsWith('>') ? 'outbound' : 'inbound',
    fingerprints: { location: way.slice(1) },
  }))
}

test.each([
  { ways: '>A <B >A <B >A', flips: false },
  { ways: '>A <B >A <B >A <B', flips: true },
  { ways: '<B >A <B >A <B >A', flips: true },
  { ways: '>A <B >C <A >B <C', flips: false },
  { ways: '>A <B >A <C >B <A', flips: false },
  { ways: '<A <B <A <B <A <B', flips: false },
  { ways: '>A >B >A >B >A >B', flips: false },
  { ways: '>A <B >A <B >B >A', flips: false },
  { ways: '>X <Y >A <B >A <B >A <B', flips: true },
  { ways: '>A <B >C <D >E <F', flips: false },
])('$ways: $flips', ({ ways, flips }) => {
  const crossings = crossingsOf(ways)
  const next = crossings.at(-1)!
  expect(oscillatingFields(crossings.slice(0, -1), next, rules)).toEqual(flips ? ['location'] : [])
  expect(oscillatingFields(crossings.slice(0, -1), next, { ...rules, crossings: 0 })).toEqual([])
})

test('what is older than the window does not count', () => {
  const crossings = crossingsOf('>A <B >A <B >A <B')
  const next = { ...crossings.at(-1)!, atMs: 120_000 }
  expect(oscillatingFields(crossings.slice(0, -1), next, rules)).toEqual([])
})

test('each field is judged by itself', () => {
  const crossings = crossingsOf('>A <B >A <B >A <B').map((crossing, n) => ({
    ...crossing,
    fingerprints: { ...crossing.fingerprints, subject: `S${n}`, ...(n > 2 && { body: 'same' }) },
  }))
  expect(oscillatingFields(crossings.slice(0, -1), crossings.at(-1)!, rules)).toEqual(['location'])
})
