import { createPrivateKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { at, type Der, derTag, numberOf, octetsOf, oidOf, readDer } from './der.ts'
import { type Keystore, KeystoreError, wrongPassword } from './keystore.ts'
import { decrypt, macOf, type Password } from './pkcs12-encryption.ts'

const data = '1.2.840.113549.1.7.1'
const encryptedData = '1.2.840.113549.1.7.6'
const bags = '1.2.840.113549.1.12.10.1'
const x509 = '1.2.840.113549.1.9.22.1'

export function isPkcs12({ tag, children: [version, content] }: Der): boolean {
  return tag === derTag.sequence && version?.tag === derTag.integer && content?.tag === derTag.sequence
}

/** Reads a PKCS#12 file, with or without private keys. Its code over all of it must be right, if it has one. */
export function readPkcs12(file: Der, password: string): Keystore {
  if (numberOf(at(file, 0)) !== 3) throw new KeystoreError('unreadable', 'it is no PKCS#12 file of version 3')
  const content = octetsOf(at(file, 1, 1, 0))
  const mac = file.children[2]
  const secret = passwordFor(mac, content, password)
  const certificates: Buffer[] = []
  const keys: KeyObject[] = []

  const take = (bag: Der): void => {
    const value = at(bag, 1, 0)
    switch (oidOf(at(bag, 0)).slice(bags.length + 1)) {
      case '1':
        return void keys.push(privateKey(value.raw))
      case '2':
        return void keys.push(privateKey(open(at(value, 0), octetsOf(at(value, 1)), secret)))
      case '3':
        if (oidOf(at(value, 0)) === x509) certificates.push(octetsOf(at(value, 1, 0)))
        return
      case '6':
        return value.children.forEach(take)
    }
  }
  for (const part of readDer(content).children) readDer(contentsOf(part, secret)).children.forEach(take)
  return { certificates, keys }
}

function contentsOf(part: Der, password: Password): Buffer {
  switch (oidOf(at(part, 0))) {
    case data:
      return octetsOf(at(part, 1, 0))
    case encryptedData: {
      const encrypted = at(part, 1, 0, 1)
      return open(at(encrypted, 1), octetsOf(at(encrypted, 2)), password)
    }
    default:
      throw new KeystoreError('notSupported', 'a part of it is encrypted for a key, not with a password')
  }
}

/** The form of the password for which the code is right. Programs do not agree on what an empty one is. */
function passwordFor(mac: Der | undefined, content: Buffer, password: string): Password {
  const utf8 = Buffer.from(password)
  const terminated = { utf8, wide: Buffer.from(`${password}\0`, 'utf16le').swap16() }
  if (!mac) return terminated
  const forms = password === '' ? [terminated, { utf8, wide: Buffer.alloc(0) }] : [terminated]
  const wanted = octetsOf(at(mac, 0, 1))
  const right = forms.find((form) => {
    const code = macOf(mac, content, form)
    return code.length === wanted.length && timingSafeEqual(code, wanted)
  })
  if (!right) throw wrongPassword()
  return right
}

function open(algorithm: Der, encrypted: Buffer, password: Password): Buffer {
  try {
    return decrypt(algorithm, encrypted, password)
  } catch (error) {
    if (error instanceof KeystoreError) throw error
    throw wrongPassword()
  }
}

function privateKey(pkcs8: Buffer): KeyObject {
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
}
