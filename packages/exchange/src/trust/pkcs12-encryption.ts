import { createDecipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { at, type Der, derTag, numberOf, octetsOf, oidOf } from './der.ts'
import { KeystoreError } from './keystore.ts'
import { decryptRc2 } from './rc2.ts'

/** As RFC 7292 takes it (two bytes a character and two zero bytes at the end), and as RFC 8018 does. */
export type Password = { readonly wide: Buffer; readonly utf8: Buffer }

type Purpose = 'key' | 'iv' | 'mac'
type Derivation = { hash: string; salt: Buffer; rounds: number; length: number; purpose: Purpose }
type Legacy = { readonly cipher: string; readonly keyLength: number; readonly effectiveBits?: number }

const purposes: Record<Purpose, number> = { key: 1, iv: 2, mac: 3 }
const mostRounds = 10_000_000

const digests: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}
const legacy: Readonly<Record<string, Legacy>> = {
  '1.2.840.113549.1.12.1.3': { cipher: 'des-ede3-cbc', keyLength: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: 'des-ede-cbc', keyLength: 16 },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2', keyLength: 16, effectiveBits: 128 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2', keyLength: 5, effectiveBits: 40 },
}
const ciphers: Readonly<Record<string, { cipher: string; keyLength: number }>> = {
  '1.2.840.113549.3.7': { cipher: 'des-ede3-cbc', keyLength: 24 },
  '2.16.840.1.101.3.4.1.2': { cipher: 'aes-128-cbc', keyLength: 16 },
  '2.16.840.1.101.3.4.1.22': { cipher: 'aes-192-cbc', keyLength: 24 },
  '2.16.840.1.101.3.4.1.42': { cipher: 'aes-256-cbc', keyLength: 32 },
}
const pbes2 = '1.2.840.113549.1.5.13'
const pbkdf2 = '1.2.840.113549.1.5.12'
const pbmac1 = '1.2.840.113549.1.5.14'

/** Decrypts what `algorithm` (an AlgorithmIdentifier) encrypted. Throws whatever the cipher does if the password is wrong. */
export function decrypt(algorithm: Der, encrypted: Buffer, password: Password): Buffer {
  const oid = oidOf(at(algorithm, 0))
  if (oid === pbes2) return decryptPbes2(at(algorithm, 1), encrypted, password)
  const kind = known(legacy, oid)
  const derivation = {
    hash: 'sha1',
    salt: octetsOf(at(algorithm, 1, 0)),
    rounds: rounds(at(algorithm, 1, 1)),
  }
  const key = derive(password.wide, { ...derivation, length: kind.keyLength, purpose: 'key' })
  const iv = derive(password.wide, { ...derivation, length: 8, purpose: 'iv' })
  if (kind.effectiveBits !== undefined) return decryptRc2(key, kind.effectiveBits, iv, encrypted)
  const whole = kind.keyLength === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key
  return decipher('des-ede3-cbc', whole, iv, encrypted)
}

/** The code that proves a PKCS#12 file untouched. `mac` is its MacData. */
export function macOf(mac: Der, content: Buffer, password: Password): Buffer {
  const algorithm = at(mac, 0, 0)
  const oid = oidOf(at(algorithm, 0))
  if (oid === pbmac1) {
    const [kdf, scheme] = [at(algorithm, 1, 0), at(algorithm, 1, 1)]
    const key = keyOf(kdf, undefined, password)
    return createHmac(known(digests, oidOf(at(scheme, 0))), key)
      .update(content)
      .digest()
  }
  const hash = known(digests, oid)
  const key = derive(password.wide, {
    hash,
    salt: octetsOf(at(mac, 1)),
    rounds: mac.children[2] ? rounds(mac.children[2]) : 1,
    length: createHash(hash).digest().length,
    purpose: 'mac',
  })
  return createHmac(hash, key).update(content).digest()
}

function decryptPbes2(parameters: Der, encrypted: Buffer, password: Password): Buffer {
  const scheme = at(parameters, 1)
  const { cipher, keyLength } = known(ciphers, oidOf(at(scheme, 0)))
  const key = keyOf(at(parameters, 0), keyLength, password)
  return decipher(cipher, key, octetsOf(at(scheme, 1)), encrypted)
}

/** PBKDF2 as its parameters say; `length` counts where they say none. */
function keyOf(kdf: Der, length: number | undefined, { utf8 }: Password): Buffer {
  if (oidOf(at(kdf, 0)) !== pbkdf2) throw notSupported()
  const [salt, count, ...rest] = at(kdf, 1).children
  if (!salt || !count) throw notSupported()
  const said = rest.find(({ tag }) => tag === derTag.integer)
  const prf = rest.find(({ tag }) => tag === derTag.sequence)
  const hash = prf ? known(digests, oidOf(at(prf, 0))) : 'sha1'
  const bytes = length ?? (said ? numberOf(said) : 0)
  if (bytes <= 0 || bytes > 64) throw notSupported()
  return pbkdf2Sync(utf8, octetsOf(salt), rounds(count), bytes, hash)
}

function decipher(cipher: string, key: Buffer, iv: Buffer, encrypted: Buffer): Buffer {
  const opened = createDecipheriv(cipher, key, iv)
  return Buffer.concat([opened.update(encrypted), opened.final()])
}

/** Derives bytes from a password as RFC 7292, appendix B, says. */
function derive(password: Buffer, { hash, salt, rounds: count, length, purpose }: Derivation): Buffer {
  const block = hash === 'sha384' || hash === 'sha512' ? 128 : 64
  const diversifier = Buffer.alloc(block, purposes[purpose])
  const filled = (bytes: Buffer) => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
  const input = Buffer.concat([filled(salt), filled(password)])
  const derived: Buffer[] = []
  for (let have = 0; have < length; have += derived.at(-1)!.length) {
    let digest = createHash(hash).update(diversifier).update(input).digest()
    for (let round = 1; round < count; round += 1) digest = createHash(hash).update(digest).digest()
    derived.push(digest)
    addToBlocks(input, Buffer.alloc(block, digest))
  }
  return Buffer.concat(derived).subarray(0, length)
}

/** Adds `addend` plus one to each block of `input`, as numbers. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1
    for (let index = addend.length - 1; index >= 0; index -= 1) {
      carry += input[start + index]! + addend[index]!
      input[start + index] = carry & 255
      carry >>= 8
    }
  }
}

function rounds(value: Der): number {
  const count = numberOf(value)
  if (count < 1 || count > mostRounds)
    throw new KeystoreError('unreadable', 'its count of rounds makes no sense')
  return count
}

function known<Value>(all: Readonly<Record<string, Value>>, oid: string): Value {
  const value = all[oid]
  if (value === undefined) throw notSupported()
  return value
}

function notSupported(): KeystoreError {
  return new KeystoreError('notSupported', 'it is encrypted in a way that is not known here')
}
