import { TransportError } from './transport-error.ts'

type Circumstances = { timedOut: boolean; aborted: boolean; sent: boolean }

/** What a server's certificate can be refused for, in our words. Node and OpenSSL have more of them than people need. */
const distrust: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS_UNKNOWN_AUTHORITY',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS_UNKNOWN_AUTHORITY',
  UNABLE_TO_GET_ISSUER_CERT: 'TLS_UNKNOWN_AUTHORITY',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS_UNKNOWN_AUTHORITY',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS_UNKNOWN_AUTHORITY',
  CERT_UNTRUSTED: 'TLS_UNKNOWN_AUTHORITY',
  CERT_SIGNATURE_FAILURE: 'TLS_UNKNOWN_AUTHORITY',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS_WRONG_HOST',
  HOSTNAME_MISMATCH: 'TLS_WRONG_HOST',
  CERT_HAS_EXPIRED: 'TLS_EXPIRED',
  CERT_NOT_YET_VALID: 'TLS_NOT_YET_VALID',
  INVALID_PURPOSE: 'TLS_WRONG_PURPOSE',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'TLS_CLIENT_CERTIFICATE_WANTED',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'TLS_HANDSHAKE_REFUSED',
  ERR_SSL_SSL_ALERT_HANDSHAKE_FAILURE: 'TLS_HANDSHAKE_REFUSED',
}

/** What went wrong with a call that got no answer. */
export function networkFailure(cause: unknown, { timedOut, aborted, sent }: Circumstances): TransportError {
  if (cause instanceof TransportError) return cause
  const code = codeOf(cause)
  const distrusted = distrust[code]
  if (distrusted) return new TransportError('network', distrusted, { effect: 'none', cause })

  const effect = sent ? 'unknown' : 'none'
  if (aborted) return new TransportError('aborted', 'ABORTED', { effect, cause })
  if (timedOut) return new TransportError('timeout', 'TIMEOUT', { effect, cause })
  return new TransportError('network', code, { effect, cause })
}

/** The code that Node or undici gives, such as ECONNREFUSED. Never the message: it may hold an address. */
function codeOf(cause: unknown): string {
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? code : 'NETWORK'
}
