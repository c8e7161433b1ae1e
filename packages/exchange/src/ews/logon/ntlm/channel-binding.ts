import { createHash, X509Certificate } from 'node:crypto'
import { at, oidOf, readDer } from '../../../trust/der.ts'

const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const pss = '1.2.840.113549.1.1.10'

/**
 * What binds a proof to a TLS connection: the MD5 of the channel bindings of RFC 2744, with the `tls-server-end-point`
 * of RFC 5929. The server's certificate is hashed as it was signed, MD5 and SHA-1 replaced by SHA-256.
 */
export function channelBindingOf(certificate: Buffer): Buffer {
  const digest = createHash(hashes[signatureOf(certificate)] ?? 'sha256')
    .update(certificate)
    .digest()
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), digest])
  // No addresses of initiator and acceptor; then the length of the data.
  const head = Buffer.alloc(20)
  head.writeUInt32LE(data.length, 16)
  return createHash('md5').update(head).update(data).digest()
}

/** The OID of the signature, or that of the hash where the signature names it apart. */
function signatureOf(certificate: Buffer): string {
  const oid = new X509Certificate(certificate).signatureAlgorithmOid
  if (oid !== pss) return oid ?? ''
  const named = at(readDer(certificate), 1, 1).children.find(({ tag }) => tag === 0xa0)
  return named ? oidOf(at(named, 0, 0)) : ''
}
