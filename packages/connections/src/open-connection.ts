import { createExchange, type Exchange, type ExchangeConfig } from '@lockstep/exchange'
import { createExaminer, type Examiner } from '@lockstep/exchange/doctor'
import { connectionPrefix, createLedger, type Ledger, type Mailbox } from '@lockstep/ledger'
import { createQueues, type Queues } from '@lockstep/queue'
import {
  type Logger,
  type Metrics,
  type Outages,
  type RedisConnection,
  watchExchange,
} from '@lockstep/runtime'
import { keepMailboxes } from './keep-mailboxes.ts'
import { onceRedisIsThere } from './once-redis-is-there.ts'
import type { Other } from './other-connections.ts'

/** What the connections of a process share. */
export type Shared = {
  readonly redis: RedisConnection
  readonly outages: Outages
  readonly prefix: string
  readonly waitReplicas: number
  /** The names of all connections of the deployment. */
  readonly names: readonly string[]
  readonly log: Logger
  readonly metrics: Metrics
}

/** What every service has of one connection. Nothing in it is shared with another, but for the way to Redis. */
export type Connection = {
  readonly name: string
  readonly log: Logger
  readonly registry: ReturnType<Metrics['openFor']>
  readonly ledger: Ledger
  readonly queues: Queues
  /** Its calendars: with its own accounts, budgets, breaker, trust and way out. */
  openExchange(config: ExchangeConfig, onCircuit?: (state: 'open' | 'closed') => void): Exchange
  /** Does something as soon as Redis is there, and again if it goes away meanwhile. */
  onceRedisIsThere<Result>(action: () => Promise<Result>): Promise<Result>
  /** What finds out whether mailboxes can be synchronised, within the same budgets. It is the caller's to close. */
  openExaminer(config: ExchangeConfig): Examiner
  /** The ledgers of the other connections of the deployment. */
  readonly others: readonly Other[]
  /** Enables mailboxes, however long Redis is away, and again if it is lost. One that was not known is due at once. */
  enableMailboxes(addresses: readonly string[]): Promise<Mailbox[]>
  close(): Promise<void>
}

export function openConnection(name: string, shared: Shared): Connection {
  const { redis, outages, prefix, waitReplicas, metrics } = shared
  const log = shared.log.child({ connection: name })
  const registry = metrics.openFor(name)
  const onError = (error: Error) => outages.isToBlame(error) || log.warn({ err: error }, 'queue error')
  const ledger = createLedger(redis, { prefix, connection: name, waitReplicas })
  const others = shared.names
    .filter((other) => other !== name)
    .map((other) => ({ name: other, ledger: createLedger(redis, { prefix, connection: other }) }))
  const persistently: Connection['onceRedisIsThere'] = (action) =>
    onceRedisIsThere({ redis, outages }, action)
  const keeper = keepMailboxes(ledger, { log, others, onceRedisIsThere: persistently })
  const queues = createQueues(redis, { prefix, connection: name, onError })
  return {
    name,
    log,
    registry,
    ledger: { ...ledger, find: keeper.find },
    queues,
    openExchange: (config, onCircuit) =>
      createExchange(config, {
        redis,
        prefix: connectionPrefix(prefix, name),
        ...watchExchange(registry, log),
        onCircuit: (state) => {
          log.warn({ state }, 'circuit')
          onCircuit?.(state)
        },
      }),
    onceRedisIsThere: persistently,
    enableMailboxes: keeper.enable,
    openExaminer: (config) => createExaminer(config, { redis, prefix: connectionPrefix(prefix, name) }),
    others,
    async close() {
      keeper.close()
      await queues.close()
      metrics.drop(registry)
    },
  }
}
