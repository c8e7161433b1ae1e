import { Counter, Gauge, type Registry } from 'prom-client'
import { callDurations } from './call-durations.ts'
import { type CertificateEnd, createExpiryAlarm } from './expiry-alarm.ts'
import type { Logger } from './logger.ts'

type AccountFact = { account: string; state: 'away' | 'back'; code: string }
type Call = { operation: string; durationMs: number; outcome: string; account?: string }

/** What a connection to Exchange tells of itself, as metrics and log lines. */
export function watchExchange(registry: Registry, log: Logger) {
  const validTo = new Gauge({
    name: 'lockstep_exchange_certificate_expiry_timestamp_seconds',
    help: "When a certificate of the connection to Exchange expires, in seconds of Unix' time, by `use`: the one that the server showed last, and those in our own files (of several accounts the first to end); `secret`: the client secret, if its end is set.",
    labelNames: ['use'],
    registers: [registry],
  })
  const alarm = createExpiryAlarm(log)
  /** Of each use, when that of each account ends. */
  const ends = new Map<string, Map<string, number>>()
  const away = new Gauge({
    name: 'lockstep_exchange_account_away',
    help: '1 while an account of several is refused or throttled and the others act for its mailboxes.',
    labelNames: ['account'],
    registers: [registry],
  })
  const calls = new Counter({
    name: 'lockstep_exchange_account_calls_total',
    help: 'Calls to Exchange by account, where there are several, and outcome.',
    labelNames: ['account', 'outcome'],
    registers: [registry],
  })
  const time = callDurations(registry)
  return {
    onCall(call: Call) {
      time(call)
      alarm.look(Date.now())
      if (call.account !== undefined) calls.inc({ account: call.account, outcome: call.outcome })
    },
    onAccount({ account, state, code }: AccountFact) {
      away.set({ account }, state === 'away' ? 1 : 0)
      if (state === 'away') log.warn({ account, code }, 'account is away, others act for its mailboxes')
      else log.info({ account }, 'account is back')
    },
    onCertificate(certificate: CertificateEnd) {
      const { use, account = '', validToMs } = certificate
      const ofUse = ends.get(use) ?? new Map<string, number>()
      ends.set(use, ofUse.set(account, validToMs))
      validTo.set({ use }, Math.min(...ofUse.values()) / 1_000)
      alarm.learn(certificate, Date.now())
    },
    onTrouble: (trouble: { code: string; mend: string; account?: string }) =>
      log.error(trouble, 'exchange needs attention'),
    onWarning: (warning: string) => log.warn({ warning }, 'exchange'),
  }
}
