import type { Logger } from './logger.ts'

/** A certificate as it is told of at each new connection. */
export type CertificateEnd = {
  readonly use: string
  readonly account?: string
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
  secret:
    'make a new secret in the application registration, and give it with its date: EWS_OAUTH_CLIENT_SECRET, EWS_OAUTH_CLIENT_SECRET_EXPIRES',
  ingress:
    'renew the certificate in INGRESS_TLS_CERT_FILE: without a valid one Exchange does not notify, and changes come late',
  authority: 'put the new certificate of the authority into EWS_CA_FILE, beside the old one',
}

/**
 * Tells that a certificate, or a client secret whose end is known, ends: 30, 7 and 1 days before, and when it has. Each
 * once, also where the servers behind one name show different ones in turn. One that was replaced is not told of any more.
 */
export function createExpiryAlarm(log: Logger) {
  const told = new Map<string, number>()
  const newest = new Map<string, CertificateEnd>()

  function look(nowMs: number): void {
    for (const certificate of newest.values()) {
      const { use, account, fingerprint, validToMs } = certificate
      const reached = steps.filter(({ days }) => validToMs - nowMs <= days * dayMs).length
      const key = `${keyOf(certificate)} ${fingerprint}`
      if (reached <= (told.get(key) ?? 0)) continue
      told.set(key, reached)
      const { days, isUrgent } = steps[reached - 1]!
      const daysLeft = Math.floor((validToMs - nowMs) / dayMs)
      log[isUrgent ? 'error' : 'warn'](
        { use, ...(account !== undefined && { account }), fingerprint, daysLeft, mend: mends[use] },
        messageOf(use, days),
      )
    }
  }

  return {
    learn(certificate: CertificateEnd, nowMs: number) {
      newest.set(keyOf(certificate), certificate)
      look(nowMs)
    },
    /** Connections live for long: time goes by without new ones. */
    look,
  }
}

function messageOf(use: string, days: number): string {
  if (use === 'secret') return days === 0 ? 'a client secret has expired' : 'a client secret expires soon'
  return days === 0 ? 'a certificate has expired' : 'a certificate expires soon'
}

function keyOf({ use, account = '' }: CertificateEnd): string {
  return `${use} ${account}`
}
