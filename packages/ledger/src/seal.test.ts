import { describe, expect, test } from 'vitest'
import { createSeal } from './seal.ts'

const { seal, open } = createSeal('secret', 'tests')
const text = 'Größe: 10 €, and \u0000 and more'

describe('a sealed text', () => {
  test.each([text, '', 'x'.repeat(1_023), 'x'.repeat(1_024), 'ÿ'.repeat(5_000)])(
    'is opened as it was',
    (each) => {
      expect(open(seal(each, 'A/1'), 'A/1')).toBe(each)
    },
  )

  test('is opened with nothing but its own key, purpose and context', () => {
    const sealed = seal(text, 'A/1')
    expect(open(sealed, 'A/2')).toBeUndefined()
    expect(createSeal('other', 'tests').open(sealed, 'A/1')).toBeUndefined()
    expect(createSeal('secret', 'others').open(sealed, 'A/1')).toBeUndefined()
  })

  test('that was tampered with, or is none, is not opened', () => {
    const bytes = Buffer.from(seal(text, 'A'), 'base64url')
    for (const at of [0, 12, 28, bytes.length - 1]) {
      const tampered = Buffer.from(bytes)
      tampered[at]! ^= 1
      expect(open(tampered.toString('base64url'), 'A')).toBeUndefined()
    }
    expect(open('', 'A')).toBeUndefined()
    expect(open('abcd', 'A')).toBeUndefined()
  })

  test('reveals neither the text nor its length, nor whether it is the same as another', () => {
    const sealed = seal(text, 'A')
    expect(sealed).not.toBe(seal(text, 'A'))
    expect(sealed).toHaveLength(seal('x', 'A').length)
    const bytes = Buffer.from(sealed, 'base64url').toString('latin1')
    expect(bytes).not.toContain('and more')
  })
})
