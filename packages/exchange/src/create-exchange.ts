import type { Cluster, Redis } from 'ioredis'
import { type BreakerOptions, type GuardedGateway, withCircuitBreaker } from './circuit-breaker.ts'
import { basicAuthentication } from './ews/authentication.ts'
import { type CallFact, createEwsClient } from './ews/ews-client.ts'
import { createEwsGateway } from './ews/ews-gateway.ts'
import { createTransport } from './ews/transport.ts'
import { RedisBudget } from './redis-budget.ts'

export type ExchangeConfig = {
  /** The EWS endpoint. */
  readonly url: string
  readonly auth: { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string
  readonly timeoutMs: number
  /** Calls in flight of the impersonation account, over all processes. */
  readonly maxInFlight: number
  /** How long a call may wait for its turn. */
  readonly budgetWaitMs: number
  readonly breaker: Omit<BreakerOptions, 'onStateChange'>
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
}

export type Exchange = {
  readonly gateway: GuardedGateway
  /** Stops probing, gives up what waits for its turn, and closes the connections. Redis stays open: it came open. */
  close(): Promise<void>
}

/** A little more than the transport takes: this one only catches answers that the library loses. */
const graceMs = 5_000

/** The calendars of one connection: the EWS adapter, its calls within the account's budget, behind a breaker. */
export function createExchange(
  config: ExchangeConfig,
  { redis, prefix, onCall, onCircuit }: ExchangeDeps,
): Exchange {
  const { url, auth, ca, timeoutMs, maxInFlight, userAgent } = config
  const transport = createTransport({
    url,
    authentication: basicAuthentication(auth.username, auth.password),
    ...(ca && { ca }),
    userAgent,
    timeoutMs,
    connections: maxInFlight,
  })
  const budget = new RedisBudget({ redis, prefix, mostInFlight: maxInFlight, waitMs: config.budgetWaitMs })
  const client = createEwsClient({ url, transport, budget, deadlineMs: timeoutMs + graceMs, onCall })
  const gateway = withCircuitBreaker(createEwsGateway(client), {
    ...config.breaker,
    onStateChange: onCircuit,
  })

  return {
    gateway,
    async close() {
      gateway.close()
      await budget.close()
      await transport.close()
    },
  }
}
