import { createHash, X509Certificate } from 'node:crypto'

/**
 * What a client must show that knows which TLS server it talks to: the MD5 of
 * the channel bindings of RFC 2744 with `tls-server-end-point` of RFC 5929.
 * The server's certificates are signed with SHA-256.
 */
export function channelBindingOf(certificatePem: string): Buffer {
  const certificate = createHash('sha256').update(new X509Certificate(certificatePem).raw).digest()
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), certificate])
  const head = Buffer.alloc(20)
  head.writeUInt32LE(data.length, 16)
  return createHash('md5')
    .update(Buffer.concat([head, data]))
    .digest()
}
