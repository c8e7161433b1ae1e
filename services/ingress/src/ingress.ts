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
import { createApp, createNotificationsApp } from './app.ts'
import type { Config } from './config.ts'
import { createListener } from './listener/listener.ts'
import { notifications } from './listener/notifications.ts'
import { countQueues } from './metrics.ts'

export type Ingress = {
  url: string
  /** The port with TLS of its own, if there is a certificate. */
  tlsUrl: string | undefined
  close(): Promise<void>
}

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
  const listener = createListener(config.listener, { registry, log })
  const notify = notifications({ ledger, queues, log, ...listener })
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
    notifications: notify,
    closing: closing.signal,
  })
  const { port, host } = config
  const listening = await listen(listener.plainServer(app), { port, host, variable: 'INGRESS_PORT' })
  const { tls } = config.listener
  const facing =
    tls &&
    (await listen(
      listener.tlsServer(tls.isForAll ? app : createNotificationsApp({ notifications: notify, log }), tls),
      { port: tls.port, host: tls.host ?? host, variable: 'INGRESS_TLS_PORT' },
    ))

  return {
    url: listening.url,
    tlsUrl: facing?.url,
    async close() {
      closing.abort()
      await Promise.all([listening.close(), facing?.close()])
      listener.close()
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
