import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ExchangeConfig } from '../create-exchange.ts'
import { readKeystore } from '../trust/read-keystore.ts'
import { secretFrom } from '../trust/secret.ts'
import { type CertificateFile, openIdentity } from '../trust/tls-material.ts'
import { failed, type Finding, ok, warning } from './step.ts'

const dayMs = 86_400_000
/** From here on somebody should begin to renew a certificate. */
const soonDays = 30

/** The certificates of ours that end one day, by what they are for, with the day. */
export function ownCertificates({ trust, auth }: Pick<ExchangeConfig, 'trust' | 'auth'>): {
  readonly use: 'client' | 'oauth'
  readonly validToMs: number
}[] {
  const validToMs = (file: CertificateFile) => openIdentity(file).current().validTo.getTime()
  const oauth = auth.kind === 'oauth' && 'certificate' in auth.proof ? auth.proof.certificate : undefined
  return [
    ...(trust?.client ? [{ use: 'client' as const, validToMs: validToMs(trust.client) }] : []),
    ...(oauth ? [{ use: 'oauth' as const, validToMs: validToMs(oauth) }] : []),
  ]
}

/** The earliest end of what is trusted: an authority's certificate ends, too. */
export function trustedUntilMs({ file, password }: CertificateFile): number {
  const secret = password === undefined ? undefined : secretFrom(password).current()
  const { certificates } = readKeystore(readFileSync(file), secret)
  return Math.min(...certificates.map((certificate) => Date.parse(new X509Certificate(certificate).validTo)))
}

/** Whether a date is far enough away. `what` begins the sentence. */
export function verdictOnEnd(what: string, validToMs: number, nowMs: number): Finding {
  const days = Math.floor((validToMs - nowMs) / dayMs)
  const date = new Date(validToMs).toISOString().slice(0, 10)
  if (days < 0) return failed('CERTIFICATE_EXPIRED', `${what} expired on ${date}`)
  const says = `${what} is valid until ${date}, ${days === 1 ? '1 day' : `${days} days`} from now`
  return days <= soonDays ? warning('CERTIFICATE_EXPIRES', says) : ok(says)
}
