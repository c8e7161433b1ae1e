import { type CalendarGateway, createExchange } from '@lockstep/exchange'
import { createLedger, type Ledger } from '@lockstep/ledger'
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
  await enable(ledger, config.mailboxes)

  const closing = new AbortController()
  const app = createApp({
    ledger,
    queues,
    gateway: deps.gateway ?? exchange?.gateway,
    registry,
    log,
    apiKeys: config.apiKeys,
    rules: { refusePersonal: config.refusePersonal },
    settingDefaults: config.settingDefaults,
    checks: { redis: () => redis.ping() },
    closing: closing.signal,
  })
  const listening = await listen(app, { port: config.port, host: config.host, variable: 'INGRESS_PORT' })

  return {
    url: listening.url,
    async close() {
      closing.abort()
      await listening.close()
      await exchange?.close()
      await queues.close()
      await closeRedis(redis)
    },
  }
}

/** A mailbox that was not known before is due at once, so that the inbound worker takes care of it. */
async function enable(ledger: Ledger, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    if (await ledger.find(address)) continue
    const { id } = await ledger.enable(address, Date.now())
    await ledger.setInboundDue(id, Date.now())
  }
}
