import { Gauge, type Registry } from 'prom-client'
import { callDurations } from './call-durations.ts'
import type { Logger } from './logger.ts'

type Certificate = { fingerprint: string; validToMs: number; daysLeft: number }

/** What a connection to Exchange tells of itself, as metrics and log lines. */
export function watchExchange(registry: Registry, log: Logger) {
  const validTo = new Gauge({
    name: 'lockstep_exchange_certificate_expiry_timestamp_seconds',
    help: "When the certificate that Exchange showed last expires, in seconds of Unix' time.",
    registers: [registry],
  })
  return {
    onCall: callDurations(registry),
    onCertificate: ({ validToMs }: Certificate) => validTo.set(validToMs / 1_000),
    onTrouble: (trouble: { code: string; mend: string }) => log.error(trouble, 'exchange needs attention'),
    onWarning: (warning: string) => log.warn({ warning }, 'exchange'),
  }
}
