import type { Logger } from './logger.ts'

/** A certificate as it is told of at each new connection. */
export type CertificateEnd = {
  readonly use: string
  readonly fingerprint: string
  readonly validToMs: number
}

const dayMs = 86_400_000
/** So many days before the end somebody is told; `isUrgent`: synchronisation is about to stop. */
const steps = [
  { days: 30, isUrgent: false },
  { days: 7, isUrgent: true },
  { days: 1, isUrgent: true },
  { days: 0, isUrgent: true },
] as const

const mends: Readonly<Record<string, string>> = {
  server: 'renew the certificate of the server',
  client: 'renew the certificate in EWS_CLIENT_CERT_FILE',
  oauth: 'renew the certificate in EWS_OAUTH_CERT_FILE, and upload it to the application registration',
  authority: 'put the new certificate of the authority into EWS_CA_FILE, beside the old one',
}

/** Tells that a certificate ends: 30, 7 and 1 days before, and when it has. Each once. */
export function createExpiryAlarm(log: Logger) {
  const known = new Map<string, CertificateEnd & { told: number }>()

  /** How many of the steps are reached. */
  const reached = (validToMs: number, nowMs: number) =>
    steps.filter(({ days }) => validToMs - nowMs <= days * dayMs).length

  function look(nowMs: number): void {
    for (const certificate of known.values()) {
      const { use, fingerprint, validToMs, told } = certificate
      const now = reached(validToMs, nowMs)
      if (now <= told) continue
      certificate.told = now
      const daysLeft = Math.floor((validToMs - nowMs) / dayMs)
      const mend = mends[use]
      const { days, isUrgent } = steps[now - 1]!
      log[isUrgent ? 'error' : 'warn'](
        { use, fingerprint, daysLeft, mend },
        days === 0 ? 'a certificate has expired' : 'a certificate expires soon',
      )
    }
  }

  return {
    /** A certificate that replaces another of the same use ends what was said of that one. */
    learn({ use, fingerprint, validToMs }: CertificateEnd, nowMs: number) {
      if (known.get(use)?.fingerprint !== fingerprint)
        known.set(use, { use, fingerprint, validToMs, told: 0 })
      look(nowMs)
    },
    /** Connections live for long: time goes by without new ones. */
    look,
  }
}
