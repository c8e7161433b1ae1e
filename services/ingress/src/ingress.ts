<<<<<<< HEAD
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
import { createApp, createNotificationsApp } from './app.ts'
import type { Config } from './config.ts'
import { createListener } from './listener/listener.ts'
=======
import { type Connection, holdConnections, openConnection, type Running } from '@lockstep/connections'
import type { CalendarGateway } from '@lockstep/exchange'
import { closeRedis, connectRedis, createMetrics, listen, type Logger } from '@lockstep/runtime'
import type { Express } from 'express'
import { keyComparer } from './api-keys.ts'
import { createApi, createApp, createNotificationsApp, type IngressConnection } from './app.ts'
import type { Config, ConnectionConfig, ServiceConfig } from './config.ts'
import { createListener, type Listener } from './listener/listener.ts'
>>>>>>> main
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

/**
 * Takes events from applications and notifications from Exchange until it is closed. It listens at once, and says 503
 * until Redis is there.
 */
export async function startIngress(deployment: Config, { log, gateway }: Deps): Promise<Ingress> {
  const { redisUrl, prefix, waitReplicas } = deployment.service
  const redis = connectRedis(redisUrl, { role: 'producer', log })
<<<<<<< HEAD
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
  const listener = createListener(config.listener, { registry, log })
  const notify = notifications({ ledger, queues, log, ...listener })
  const app = createApp({
    ledger: findKept(ledger, keeper),
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
=======
  const metrics = createMetrics('ingress')
  const shared = { redis, prefix, waitReplicas, log, metrics }
  const closing = new AbortController()
  const listener = createListener(deployment.service.listener, { registry: metrics.registry, log })
  const connections = new Map<string, IngressConnection>()

  const held = holdConnections(async (name, config: ConnectionConfig): Promise<Running> => {
    const connection = openConnection(name, shared)
    const serving = serve(connection, config, { gateway, listener, closing: closing.signal })
    connections.set(name, serving.ingress)
    await connection.enableMailboxes(config.mailboxes)
    return {
      async close() {
        connections.delete(name)
        await serving.close()
        await connection.close()
      },
    }
>>>>>>> main
  })
  const app = createApp({ connections, registry: metrics, log, checks: { redis: () => redis.ping() } })
  const [listening] = await Promise.all([
    listenOn(deployment.service, listener, { app, facing: createNotificationsApp({ connections, log }) }),
    held.start(deployment.connections),
  ])

  return {
    url: listening.url,
    tlsUrl: listening.tlsUrl,
    async close() {
      closing.abort()
<<<<<<< HEAD
      keeper.close()
      await Promise.all([listening.close(), facing?.close()])
=======
      await listening.close()
>>>>>>> main
      listener.close()
      await held.close()
      await closeRedis(redis)
    },
  }
}

<<<<<<< HEAD
/** A mailbox that is not known may be one that was lost with the ledger. */
function findKept(ledger: Ledger, keeper: MailboxKeeper): Ledger {
  const find: Ledger['find'] = async (address) =>
    (await ledger.find(address)) ?? ((await keeper.look()) ? ledger.find(address) : undefined)
  return { ...ledger, find }
=======
/** The port for applications, and the one that faces the network, if there is a certificate. */
async function listenOn(
  { port, host, listener: { tls } }: ServiceConfig,
  listener: Listener,
  { app, facing }: { app: Express; facing: Express },
) {
  const plain = await listen(listener.plainServer(app), { port, host, variable: 'INGRESS_PORT' })
  const secure =
    tls &&
    (await listen(listener.tlsServer(tls.isForAll ? app : facing, tls), {
      port: tls.port,
      host: tls.host ?? host,
      variable: 'INGRESS_TLS_PORT',
    }))
  return {
    url: plain.url,
    tlsUrl: secure?.url,
    close: async () => void (await Promise.all([plain.close(), secure?.close()])),
  }
>>>>>>> main
}

type Serving = { gateway: CalendarGateway | undefined; listener: Listener; closing: AbortSignal }

function serve(connection: Connection, config: ConnectionConfig, { gateway, listener, closing }: Serving) {
  const { ledger, queues, log, registry } = connection
  const exchange = config.exchange && connection.openExchange(config.exchange)
  countQueues(registry, queues)
  const deps = {
    ledger,
    queues,
    gateway: gateway ?? exchange?.gateway,
    log,
    rules: { refusePersonal: config.refusePersonal },
    settingDefaults: config.settingDefaults,
    closing,
  }
  const ingress: IngressConnection = {
    isKey: keyComparer(config.apiKeys),
    api: createApi(deps),
    notifications: notifications({ ...deps, ...listener.sendersOf(config.sources, connection) }),
  }
  return { ingress, close: async () => exchange?.close() }
}
