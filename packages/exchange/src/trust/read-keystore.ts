import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type Der, DerError, readDer } from './der.ts'
import { isJks, readJks } from './jks.ts'
import { type Keystore, KeystoreError, wrongPassword } from './keystore.ts'
import { isPkcs12, readPkcs12 } from './pkcs12.ts'

/**
 * Reads certificates, and private keys where there are any, in whichever form they come: PEM with one or many, DER,
 * Base-64 without its frame, PKCS#12, a Java keystore. What cannot be read or proven is an error, never left out.
 *
 * @throws {KeystoreError}
 */
export function readKeystore(bytes: Buffer, password = ''): Keystore {
  try {
    const keystore = readAny(bytes, password)
    keystore.certificates.forEach(pemOf)
    if (keystore.certificates.length === 0) throw new KeystoreError('empty', 'there is no certificate in it')
    return keystore
  } catch (error) {
    if (error instanceof KeystoreError) throw error
    throw new KeystoreError('unreadable', 'it is no certificate, PKCS#12 file or Java keystore', {
      cause: error,
    })
  }
}

function readAny(bytes: Buffer, password: string): Keystore {
  if (isJks(bytes)) return readJks(bytes, password)
  if (bytes[0] === 0x30) return readBinary(bytes, password)
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  if (text.includes('-----BEGIN ')) return readPem(text, password)
  if (/^[\sA-Za-z0-9+/=]+$/.test(text)) return readBinary(Buffer.from(text, 'base64'), password)
  throw new DerError('neither text nor DER')
}

function readBinary(bytes: Buffer, password: string): Keystore {
  const value: Der = readDer(bytes)
  if (isPkcs12(value)) return readPkcs12(value, password)
  return { certificates: [bytes], keys: [] }
}

function readPem(text: string, password: string): Keystore {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g)
  const found = [...blocks].map(([pem, label = '']) => ({ pem, label }))
  return {
    certificates: found
      .filter(({ label }) => label === 'CERTIFICATE')
      .map(({ pem }) => new X509Certificate(pem).raw),
    keys: found
      .filter(({ label }) => label.endsWith('PRIVATE KEY'))
      .map(({ pem }) => privateKey(pem, password)),
  }
}

function privateKey(pem: string, passphrase: string) {
  try {
    return createPrivateKey({ key: pem, passphrase })
  } catch {
    throw wrongPassword()
  }
}

/** The certificate as TLS libraries like it best. */
export function pemOf(certificate: Buffer): string {
  return new X509Certificate(certificate).toString()
}
