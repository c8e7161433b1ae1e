import type { CertificateUse } from '../trust/certificate-fact.ts'
import { failed, type Finding, ok, warning } from './step.ts'

const dayMs = 86_400_000
/** From here on somebody should begin to renew a certificate. */
const soonDays = 30

const names: Record<CertificateUse, string> = {
  server: "the server's certificate",
  client: 'the first of EWS_CLIENT_CERT_FILE',
  oauth: 'the first of EWS_OAUTH_CERT_FILE',
  authority: 'the first of EWS_CA_FILE',
  secret: 'the client secret',
}

/** Whether the end of a certificate is far enough away. */
export function verdictOnEnd(use: CertificateUse, validToMs: number, nowMs: number): Finding {
  const days = Math.floor((validToMs - nowMs) / dayMs)
  const date = new Date(validToMs).toISOString().slice(0, 10)
  if (days < 0 && use === 'secret')
    return warning('SECRET_DATE_PASSED', `the client secret was to end on ${date}`)
  if (days < 0) return failed('CERTIFICATE_EXPIRED', `${names[use]} expired on ${date}`)
  const says = `${names[use]} is valid until ${date}, ${days === 1 ? '1 day' : `${days} days`} from now`
  const code = use === 'secret' ? 'SECRET_EXPIRES' : 'CERTIFICATE_EXPIRES'
  return days <= soonDays ? warning(code, says) : ok(says)
}
