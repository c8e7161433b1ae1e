import { Gauge, type Registry } from 'prom-client'
import { callDurations } from './call-durations.ts'
import { type CertificateEnd, createExpiryAlarm } from './expiry-alarm.ts'
import type { Logger } from './logger.ts'

type OnCall = ReturnType<typeof callDurations>

/** What a connection to Exchange tells of itself, as metrics and log lines. */
export function watchExchange(registry: Registry, log: Logger) {
  const validTo = new Gauge({
    name: 'lockstep_exchange_certificate_expiry_timestamp_seconds',
    help: "When a certificate of the connection to Exchange expires, in seconds of Unix' time, by `use`: the one that the server showed last, and those in our own files.",
    labelNames: ['use'],
    registers: [registry],
  })
  const alarm = createExpiryAlarm(log)
  const count = callDurations(registry)
  return {
    onCall(...call: Parameters<OnCall>) {
      count(...call)
      alarm.look(Date.now())
    },
    onCertificate(certificate: CertificateEnd) {
      validTo.set({ use: certificate.use }, certificate.validToMs / 1_000)
      alarm.learn(certificate, Date.now())
    },
    onTrouble: (trouble: { code: string; mend: string }) => log.error(trouble, 'exchange needs attention'),
    onWarning: (warning: string) => log.warn({ warning }, 'exchange'),
  }
}
