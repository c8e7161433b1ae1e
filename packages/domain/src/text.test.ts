import { describe, expect, test } from 'vitest'
import { isEmptyBody, normalisedBody, normalisedText } from './text.ts'

const html = (content: string) => normalisedBody({ contentType: 'html', content })
const text = (content: string) => normalisedBody({ contentType: 'text', content })

const page = (body: string) =>
  `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body lang="EN">\r\n${body}\r\n</body>\r\n</html>\r\n`

describe('text', () => {
  test.each([
    ['line ends', 'a\r\nb\rc', 'a\nb\nc'],
    ['trailing blanks', 'a \t\nb\u00A0\nc  ', 'a\nb\nc'],
    ['blank lines at both ends', '\r\n \r\na\n\nb\n\n', 'a\n\nb'],
    ['the form of accents', 'Cafe\u0301', 'Caf\u00E9'],
  ])('does not depend on %s', (_name, given, expected) => {
    expect(normalisedText(given)).toBe(expected)
  })

  test('keeps what was typed: indenting, blank lines within, markup', () => {
    const typed = '  R&D <x> "q" ]]> 😀\n\n    b'
    expect(normalisedText(typed)).toBe(typed)
  })
})

describe('a body', () => {
  test.each([
    ['Exchange wraps it in a page', page('<p>Hello</p>')],
    ['Exchange indents it', '<p>\r\n   Hello\r\n</p>\r\n'],
    ['Exchange adds a comment', '<!-- converted from text --><p>Hello</p>'],
  ])('is the same if %s', (_name, content) => {
    expect(html(content)).toBe(html('<p>Hello</p>'))
  })

  test('is the same if Exchange writes another blank', () => {
    expect(html('<p>a&nbsp;b\r\nc</p>')).toBe(html('<p>a\u00A0b c</p>'))
  })

  test('is another one if words, markup or kind change', () => {
    const bodies = [
      html('<p>Hello</p>'),
      html('<p>Hell o</p>'),
      html('<b>Hello</b>'),
      html('Hello'),
      text('Hello'),
    ]
    expect(new Set(bodies).size).toBe(bodies.length)
  })

  test('of text keeps its lines', () => {
    expect(text('a\nb')).not.toBe(text('a b'))
  })

  test.each([
    { contentType: 'text', content: '' },
    { contentType: 'text', content: ' \r\n' },
    { contentType: 'html', content: page('<p>&nbsp;</p>') },
    { contentType: 'html', content: page('<div class="x"></div>') },
  ] as const)('that says nothing is the same in every form: $content', (body) => {
    expect(isEmptyBody(body)).toBe(true)
    expect(normalisedBody(body)).toBe(text(''))
  })

  test('that shows a picture says something', () => {
    expect(isEmptyBody({ contentType: 'html', content: page('<p><img src="cid:1"></p>') })).toBe(false)
  })
})
