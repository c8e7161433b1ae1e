import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { KeystoreError } from './keystore.ts'
import { readKeystore } from './read-keystore.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
const authority = new X509Certificate(fixture('ca.pem')).raw

// `ca.jks` and `ca.java.p12` were made by Java's keytool, the other PKCS#12 files by OpenSSL, `legacy` with RC2.
const authorities = ['ca.pem', 'ca.der', 'ca.cer', 'ca.jks', 'ca.java.p12', 'ca.openssl.p12', 'ca.legacy.p12']
const identities = ['client.both.pem', 'client.pfx', 'client.legacy.pfx', 'client.jks']
const keystores = [...authorities, ...identities].filter((name) => /\.(jks|p12|pfx)$/.test(name))

describe('the same certificate', () => {
  test.each(authorities)('is found in %s', (name) => {
    expect(readKeystore(fixture(name), 'changeit')).toEqual({ certificates: [authority], keys: [] })
  })

  test('is found twice where it stands twice', () => {
    const twice = Buffer.concat([fixture('ca.pem'), Buffer.from('# and once more\r\n'), fixture('ca.pem')])
    expect(readKeystore(twice).certificates).toEqual([authority, authority])
  })
})

test.each(identities)('the private key in %s belongs to its certificate', (name) => {
  const { certificates, keys } = readKeystore(fixture(name), 'changeit')
  expect(certificates.map((der) => new X509Certificate(der).checkPrivateKey(keys[0]!))).toContain(true)
})

describe.each(keystores)('%s', (name) => {
  test.each(['', 'changeIt'])('does not open with the password %j', (password) => {
    expect(() => readKeystore(fixture(name), password)).toThrow(
      expect.objectContaining({ problem: 'wrongPassword' }),
    )
  })

  test('is refused if a single byte of it was changed', () => {
    const bytes = fixture(name)
    // Not the parameters of the digest at the end, where a byte may say the same in another way.
    for (let index = 60; index < bytes.length - 110; index += 41) {
      const changed = Buffer.from(bytes)
      changed[index]! ^= 1
      expect(() => readKeystore(changed, 'changeit'), `byte ${index}`).toThrow(KeystoreError)
    }
  })
})

test.each([
  ['nothing', ''],
  ['a text', 'Dear all, please find attached'],
  ['half a certificate', fixture('ca.der').subarray(0, 200)],
  ['a key without a certificate', fixture('server.key.pem')],
])('%s is refused', (_what, bytes) => {
  expect(() => readKeystore(Buffer.from(bytes))).toThrow(expect.objectContaining({ name: 'KeystoreError' }))
})
