export { type Budget, type Spending, unlimitedBudget } from './budget.ts'
export * from './calendar-gateway.ts'
export {
  type BreakerOptions,
  type CircuitState,
  type GuardedGateway,
  withCircuitBreaker,
} from './circuit-breaker.ts'
export { type Deadline, deadlineIn } from './deadline.ts'
export { createExchange, type Exchange, type ExchangeConfig, type ExchangeDeps } from './create-exchange.ts'
export * from './errors.ts'
export type { CallFact } from './ews/ews-client.ts'
export { exchangeConfig, type Problems } from './exchange-config.ts'
export { isExchangeOnline } from './exchange-online.ts'
export { type ExchangeVariables, exchangeVariables } from './exchange-variables.ts'
export { areSameTimes } from './ews/same-time.ts'
export { findAlike, isListed } from './is-listed.ts'
export { failed, failuresIn, succeeded } from './item-results.ts'
export {
  type NotificationEvent,
  type NotificationEventKind,
  notificationResult,
  type PushNotification,
  parseNotification,
} from './notification.ts'
export { mendOf } from './mend-of.ts'
export { RedisBudget, type RedisBudgetOptions } from './redis-budget.ts'
export type { CertificateFact, CertificateUse } from './trust/certificate-fact.ts'
export { KeystoreError } from './trust/keystore.ts'
export type { Fresh } from './trust/secret.ts'
export { type CertificateFile, type Identity, openCertificates, openIdentity } from './trust/tls-material.ts'
export { isUnwritten, type KeptWrite, unwrittenChangeKey, withoutWriting } from './without-writing.ts'
export { WatchedFile } from './trust/watched-file.ts'
export { whenNobodyElseTries } from './when-nobody-else-tries.ts'
export { whyUnusable } from './trust/why-unusable.ts'
export type { AuthOptions } from './ews/create-sender.ts'
export type { Trouble } from './trouble-teller.ts'
