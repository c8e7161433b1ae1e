import { type CalendarGateway, createExchange } from '@lockstep/exchange'
import { createLedger, keepMailboxes, type Ledger, type MailboxKeeper } from '@lockstep/ledger'
import { createQueues } from '@lockstep/queue'
import {
  closeRedis,
  connectRedis,
  createRegistry,
  listen,
  type Logger,
  ready,
  watchExchange,
} from '@lockstep/runtime'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { countQueues } from './metrics.ts'

export type Ingress = { url: string; close(): Promise<void> }

/** The gateway is made from the configuration unless it is given. */
type Deps = { log: Logger; gateway?: CalendarGateway }

/** Takes events from applications and notifications from Exchange until it is closed. */
export async function startIngress(config: Config, deps: Deps): Promise<Ingress> {
  const { log } = deps
  const { redisUrl, prefix } = config
  const redis = connectRedis(redisUrl, { role: 'producer', log })
  await ready(redis)
  const ledger = createLedger(redis, { prefix })
  const queues = createQueues(redis, { prefix, onError: (error) => log.warn({ err: error }, 'queue error') })
  const registry = createRegistry('ingress')
  const exchange =
    config.exchange && createExchange(config.exchange, { redis, prefix, ...watchExchange(registry, log) })
  countQueues(registry, queues)
  const keeper = await keepMailboxes(ledger, {
    addresses: config.mailboxes,
    onLost: () => log.warn('the ledger was lost, mailboxes are enabled anew'),
    onError: (error) => log.debug({ err: error }, 'could not look whether the ledger was lost'),
  })

  const closing = new AbortController()
  const app = createApp({
    ledger: findKept(ledger, keeper),
    queues,
    gateway: deps.gateway ?? exchange?.gateway,
    registry,
    log,
    apiKeys: config.apiKeys,
    rules: { refusePersonal: config.refusePersonal },
    checks: { redis: () => redis.ping() },
    closing: closing.signal,
  })
  const listening = await listen(app, { port: config.port, host: config.host, variable: 'INGRESS_PORT' })

  return {
    url: listening.url,
    async close() {
      closing.abort()
      keeper.close()
      await listening.close()
      await exchange?.close()
      await queues.close()
      await closeRedis(redis)
    },
  }
}

/** A mailbox that is not known may be one that was lost with the ledger. */
function findKept(ledger: Ledger, keeper: MailboxKeeper): Ledger {
  const find: Ledger['find'] = async (address) =>
    (await ledger.find(address)) ?? ((await keeper.look()) ? ledger.find(address) : undefined)
  return { ...ledger, find }
}
