import { expect, test } from 'vitest'
import { withJoinBlock } from './join-block.ts'
import { isEmptyBody, normalisedBody } from './text.ts'

const join = 'https://teams.microsoft.com/l/meetup-join/x'
const length = 256 * 1024

/** Anybody may send such a body, and no other mailbox may wait for it. With the square of the length each takes minutes. */
test.each([
  '<',
  '<p',
  '<body',
  '<body>',
  '<!--',
  '<!--x>',
  '<a><b></c>',
  ' ',
  '\n',
  '\n ',
  '\u00A0',
  '_',
  'https://',
])('a long body of %j alone is read in a time that grows with its length', (unit) => {
  const half = unit.repeat(length / 2 / unit.length)
  for (const contentType of ['text', 'html'] as const) {
    const body = { contentType, content: `${half}x${half}x` }
    expect(normalisedBody(body)).toContain('x')
    expect(isEmptyBody(body)).toBe(false)
    const found = { contentType, content: `${half}${join}${half}x` }
    expect(withJoinBlock({ contentType, content: 'new' }, found).content).toContain(join)
  }
})
