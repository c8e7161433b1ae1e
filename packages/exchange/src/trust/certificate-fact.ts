import { X509Certificate } from 'node:crypto'

/** What is told of a server's certificate, for metrics and alarms. */
export type CertificateFact = {
  /** SHA-256, in hexadecimal. */
  readonly fingerprint: string
  readonly validToMs: number
  readonly daysLeft: number
}

const dayMs = 86_400_000

export function factOf(certificate: Buffer, nowMs: number): CertificateFact {
  const { fingerprint256, validTo } = new X509Certificate(certificate)
  const validToMs = Date.parse(validTo)
  return {
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    validToMs,
    daysLeft: Math.floor((validToMs - nowMs) / dayMs),
  }
}
