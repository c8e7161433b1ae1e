import type { Cluster, Redis } from 'ioredis'
import { type BreakerOptions, type GuardedGateway, withCircuitBreaker } from './circuit-breaker.ts'
import type { WaysOut } from './ews/connections/ways-out.ts'
import { type AuthOptions, createSender } from './ews/create-sender.ts'
import { type CallFact, createEwsClient } from './ews/ews-client.ts'
import { createEwsGateway } from './ews/ews-gateway.ts'
import { redisLogonMemory } from './ews/logon/logon-memory.ts'
import { createTransport } from './ews/transport.ts'
import { exchangeOnlineWarning } from './exchange-online.ts'
import { RedisBudget } from './redis-budget.ts'
import type { CertificateFact } from './trust/certificate-fact.ts'
import type { TrustOptions } from './trust/tls-material.ts'
import { type Trouble, troubleTeller } from './trouble-teller.ts'

export type ExchangeConfig = {
  /** The EWS endpoint. */
  readonly url: string
  readonly auth: AuthOptions
  readonly trust?: TrustOptions
  readonly waysOut?: WaysOut
  readonly timeoutMs: number
  /** Calls in flight of the impersonation account, over all processes. */
  readonly maxInFlight: number
  /** How long a call may wait for its turn. */
  readonly budgetWaitMs: number
  readonly breaker: Omit<BreakerOptions, 'onStateChange'>
  /** A connection that is listened to and says nothing for so long is dead. */
  readonly silentMs?: number
  readonly userAgent: string
}

export type ExchangeDeps = {
  readonly redis: Redis | Cluster
  /** First part of the budget's keys: one for each impersonation account. */
  readonly prefix: string
  /** Told of each HTTP call, for logs and metrics. */
  readonly onCall?: (fact: CallFact) => void
  /** Told when the circuit opens and closes, for logs and metrics. */
  readonly onCircuit?: BreakerOptions['onStateChange']
  /** Told of the server's certificate at each new connection, for metrics and alarms. */
  readonly onCertificate?: (fact: CertificateFact) => void
  /** Told of failures that do not pass by themselves, once each until calls succeed again. */
  readonly onTrouble?: (trouble: Trouble) => void
  /** Told at the start what an administrator should hear. */
  readonly onWarning?: (warning: string) => void
}

export type Exchange = {
  readonly gateway: GuardedGateway
  /** Stops probing, gives up what waits for its turn, and closes the connections. Redis stays open: it came open. */
  close(): Promise<void>
}

/** A little more than the transport takes: this one only catches answers that the library loses. */
const graceMs = 5_000

/** Exchange gives a sign of life every 45 s. Microsoft's own client waits for two of them, too. */
const twoHeartbeatsMs = 95_000
/** Exchange lets one account listen over so many connections (3 with Exchange 2013). They are no calls in flight. */
const mostListening = 10

/** The calendars of one connection: the EWS adapter, its calls within the account's budget, behind a breaker. */
export function createExchange(
  config: ExchangeConfig,
  { redis, prefix, onCall, onCircuit, onCertificate, onTrouble, onWarning }: ExchangeDeps,
): Exchange {
  const { url, auth, trust, waysOut, timeoutMs, maxInFlight, userAgent } = config
  const sender = createSender({
    url,
    auth,
    trust,
    waysOut,
    timeoutMs,
    connections: maxInFlight + mostListening,
    memory: redisLogonMemory(redis, prefix),
    onCertificate,
  })
  const transport = createTransport({ sender, userAgent, timeoutMs })
  const budget = new RedisBudget({ redis, prefix, mostInFlight: maxInFlight, waitMs: config.budgetWaitMs })
  const heed = onTrouble && troubleTeller(onTrouble)
  const client = createEwsClient({
    url,
    transport,
    budget,
    deadlineMs: timeoutMs + graceMs,
    silentMs: config.silentMs ?? twoHeartbeatsMs,
    onCall(fact) {
      heed?.(fact.outcome)
      onCall?.(fact)
    },
  })
  const gateway = withCircuitBreaker(createEwsGateway(client), {
    ...config.breaker,
    onStateChange: onCircuit,
  })

  const warning = exchangeOnlineWarning(url, auth.kind === 'oauth' ? auth.clientId : undefined)
  if (warning !== undefined) onWarning?.(warning)

  return {
    gateway,
    async close() {
      gateway.close()
      await budget.close()
      await transport.close()
    },
  }
}
