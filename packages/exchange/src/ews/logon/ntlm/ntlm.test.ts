import { createHmac, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerChallenge, responseKeyOf, tempOf } from './answer-challenge.ts'
import { channelBindingOf } from './channel-binding.ts'
import { md4 } from './md4.ts'
import { avId, micAt, negotiateMessage, readChallenge, writeAvPairs } from './messages.ts'

// RFC 1320, appendix A.5
test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
])('the digest of %j is that of RFC 1320', (message, digest) => {
  expect(md4(Buffer.from(message)).toString('hex')).toBe(digest)
})

const hmac = (key: Buffer, ...parts: Buffer[]) => createHmac('md5', key).update(Buffer.concat(parts)).digest()
const utf16 = (text: string) => Buffer.from(text, 'utf16le')

// [MS-NLMP] 4.2.4
test("keys and proof are those of Microsoft's example", () => {
  const key = responseKeyOf('User', 'Domain', 'Password')
  expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f')
  const targetInfo = writeAvPairs(
    new Map([
      [2, utf16('Domain')],
      [1, utf16('Server')],
    ]),
  )
  const temp = tempOf(Buffer.alloc(8), Buffer.alloc(8, 0xaa), targetInfo)
  const proof = hmac(key, Buffer.from('0123456789abcdef', 'hex'), temp)
  expect(proof.toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c')
})

describe('the third message', () => {
  const exchange = (pairs: [number, Buffer][]) => ({
    negotiate: negotiateMessage(),
    challenge: aChallenge(pairs),
    host: 'mail.contoso.example',
    channelBinding: Buffer.alloc(16, 7),
  })
  const time = Buffer.from('0090d336b734c301', 'hex')
  const account = { username: 'CONTOSO\\müller', password: 'pä€ß' }

  test('names the account in Unicode, and shows binding and target', () => {
    const message = answerChallenge(
      account,
      exchange([
        [2, utf16('CONTOSO')],
        [avId.timestamp, time],
      ]),
    )!
    expect([field(message, 28), field(message, 36)].map((part) => part.toString('utf16le'))).toEqual([
      'CONTOSO',
      'müller',
    ])
    const response = field(message, 20).toString('hex')
    expect(response).toContain(`0a001000${'07'.repeat(16)}`)
    expect(response).toContain(utf16('HTTP/mail.contoso.example').toString('hex'))
  })

  test('proves itself and the two before it untouched, where the server tells its time', () => {
    const given = exchange([[avId.timestamp, time]])
    const message = answerChallenge(account, given)!
    const proof = field(message, 20).subarray(0, 16)
    const bare = Buffer.from(message).fill(0, micAt, micAt + 16)
    const key = hmac(responseKeyOf('müller', 'CONTOSO', 'pä€ß'), proof)
    expect(message.subarray(micAt, micAt + 16)).toEqual(hmac(key, given.negotiate, given.challenge, bare))
    expect(field(message, 12)).toEqual(Buffer.alloc(24))
  })

  test('has no such code where it does not, but an LM response', () => {
    const message = answerChallenge({ ...account, username: 'user@contoso.example' }, exchange([]))!
    expect(message.subarray(micAt, micAt + 16)).toEqual(Buffer.alloc(16))
    expect(field(message, 12)).not.toEqual(Buffer.alloc(24))
    expect(field(message, 28)).toHaveLength(0)
  })

  test.each([Buffer.alloc(0), Buffer.from('NTLMSSP\0nonsense'), aChallenge([]).subarray(0, 50)])(
    'is not made for what is no challenge: %#',
    (challenge) => {
      expect(readChallenge(challenge)).toBeUndefined()
      expect(answerChallenge(account, { ...exchange([]), challenge })).toBeUndefined()
    },
  )
})

test('a channel is bound by the hash with which its certificate was signed', () => {
  const { raw } = new X509Certificate(
    readFileSync(new URL('../../../trust/fixtures/server.pem', import.meta.url)),
  )
  // Computed with `openssl dgst` from the certificate's DER.
  expect(channelBindingOf(raw).toString('hex')).toBe('57d45020486a9b6b28b8b7d33d7ba095')
})

function aChallenge(pairs: [number, Buffer][]): Buffer {
  const info = writeAvPairs(new Map(pairs))
  const head = Buffer.alloc(48)
  head.write('NTLMSSP\0', 'latin1')
  head.writeUInt32LE(2, 8)
  head.writeUInt32LE(0xa2890205, 20)
  head.write('0123456789abcdef', 24, 'hex')
  head.writeUInt16LE(info.length, 40)
  head.writeUInt32LE(head.length, 44)
  return Buffer.concat([head, info])
}

function field(message: Buffer, at: number): Buffer {
  const offset = message.readUInt32LE(at + 4)
  return message.subarray(offset, offset + message.readUInt16LE(at))
}
