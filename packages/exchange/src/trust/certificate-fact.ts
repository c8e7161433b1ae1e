import { X509Certificate } from 'node:crypto'

/**
 * Whose certificate it is: the one that the server showed, ours that we show to it, ours for tokens, or the one in the
 * file of what we trust that ends first. `secret`: no certificate, but ends like one, the application's client secret.
 */
export type CertificateUse = 'server' | 'client' | 'oauth' | 'authority' | 'secret'

/** What is told of a certificate, for metrics and alarms. */
export type CertificateFact = {
  readonly use: CertificateUse
  /** Whose it is, where there are several accounts and it is of ours. */
  readonly account?: string
  /** SHA-256, in hexadecimal. Of a secret, when it ends: nothing of the secret itself. */
  readonly fingerprint: string
  readonly validToMs: number
  readonly daysLeft: number
}

const dayMs = 86_400_000

export function factOf(use: CertificateUse, certificate: Buffer, nowMs: number): CertificateFact {
  const { fingerprint256, validTo } = new X509Certificate(certificate)
  const validToMs = Date.parse(validTo)
  return {
    use,
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    validToMs,
    daysLeft: Math.floor((validToMs - nowMs) / dayMs),
  }
}
