import { createHash, createPrivateKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { at, octetsOf, oidOf, readDer } from './der.ts'
import { type Keystore, KeystoreError, wrongPassword } from './keystore.ts'

const magic = 0xfeedfeed
const digestLength = 20
const keyProtector = '1.3.6.1.4.1.42.2.17.1.1'

export function isJks(bytes: Buffer): boolean {
  return bytes.length > 12 && bytes.readUInt32BE(0) === magic
}

/** Reads Java's own form of a keystore. Its digest over the password and all of it must be right. */
export function readJks(bytes: Buffer, password: string): Keystore {
  const secret = Buffer.from(password, 'utf16le').swap16()
  const body = bytes.subarray(0, -digestLength)
  const digest = sha1(secret, Buffer.from('Mighty Aphrodite'), body)
  if (!timingSafeEqual(digest, bytes.subarray(-digestLength))) throw wrongPassword()

  const reader = new Reader(body)
  reader.number()
  const version = reader.number()
  const certificates: Buffer[] = []
  const keys: KeyObject[] = []
  for (let rest = reader.number(); rest > 0; rest -= 1) {
    const kind = reader.number()
    reader.text()
    reader.take(8)
    if (kind === 1) keys.push(unlock(reader.block(), secret))
    else if (kind !== 2) throw new KeystoreError('notSupported', 'it holds an entry of an unknown kind')
    for (let chain = kind === 1 ? reader.number() : 1; chain > 0; chain -= 1) {
      if (version === 2) reader.text()
      certificates.push(reader.block())
    }
  }
  return { certificates, keys }
}

/** Undoes Sun's own protection of private keys: a stream of digests, and a digest to prove the password. */
function unlock(encrypted: Buffer, secret: Buffer): KeyObject {
  const info = readDer(encrypted)
  if (oidOf(at(info, 0, 0)) !== keyProtector) {
    throw new KeystoreError('notSupported', 'its private key is protected in an unknown way')
  }
  const bytes = octetsOf(at(info, 1))
  const hidden = bytes.subarray(digestLength, -digestLength)
  const plain = Buffer.alloc(hidden.length)
  let stream = bytes.subarray(0, digestLength)
  for (const [index, byte] of hidden.entries()) {
    if (index % digestLength === 0) stream = sha1(secret, stream)
    plain[index] = byte ^ stream[index % digestLength]!
  }
  if (!timingSafeEqual(sha1(secret, plain), bytes.subarray(-digestLength))) throw wrongPassword()
  return createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' })
}

function sha1(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

class Reader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  take(length: number): Buffer {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new KeystoreError('unreadable', 'its end is missing')
    const taken = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return taken
  }

  number(): number {
    return this.take(4).readUInt32BE(0)
  }

  text(): string {
    return this.take(this.take(2).readUInt16BE(0)).toString('utf8')
  }

  block(): Buffer {
    return this.take(this.number())
  }
}
