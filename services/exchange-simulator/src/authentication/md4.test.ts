import { expect, test } from 'vitest'
import { md4 } from './md4.ts'

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
])('the digest of %j is that of RFC 1320', (message, digest) => {
  expect(md4(Buffer.from(message)).toString('hex')).toBe(digest)
})
