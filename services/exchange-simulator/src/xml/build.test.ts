import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaf, node } from './build.ts'
import { MalformedXmlError, parseXml } from './parse.ts'

describe('building XML', () => {
  test('text comes back as it went in, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(parseXml(leaf('a', text)).text).toBe(text)
      }),
    )
  })

  test('attributes come back as they went in', () => {
    const value = 'R&D <x> "q" \' ]]>\t\r\n😀'
    expect(parseXml(node('a', '', { value })).attributes['value']).toBe(value)
  })

  test('text cannot end its element or begin another', () => {
    const [only] = parseXml(node('a', leaf('b', '</b><c>injected</c>'))).children
    expect(only?.children).toEqual([])
  })

  test('characters that XML cannot hold are left out', () => {
    expect(parseXml(leaf('a', 'x\u0000\u0001\uD800\uFFFEy')).text).toBe('xy')
  })
})

describe('parsing XML', () => {
  test.each(['<a>', '<a></b>', '', 'text', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'])(
    'refuses %j',
    (document) => {
      expect(() => parseXml(document)).toThrow(MalformedXmlError)
    },
  )
})
