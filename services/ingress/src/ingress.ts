import {
  attemptExchange,
  type Connection,
  holdConnections,
  openConnection,
  type Running,
  watchDeployment,
  type Watching,
} from '@lockstep/connections'
import type { CalendarGateway } from '@lockstep/exchange'
import { closeRedis, connectRedis, createMetrics, listen, type Logger, watchOutages } from '@lockstep/runtime'
import type { Express } from 'express'
import { keyComparer } from './api-keys.ts'
import { createApi, createApp, createNotificationsApp, type IngressConnection } from './app.ts'
import type { Config, ConnectionConfig, ServiceConfig } from './config.ts'
import { type AllowList, anyOf } from './listener/allow-list.ts'
import { createListener, type Listener } from './listener/listener.ts'
import { notifications, notificationsOfNobody } from './listener/notifications.ts'
import { countQueues, countWays } from './metrics.ts'

export type Ingress = {
  url: string
  /** The port with TLS of its own, if there is a certificate. */
  tlsUrl: string | undefined
  close(): Promise<void>
}

/** The gateway is made from the configuration unless it is given. */
type Deps = {
  log: Logger
  gateway?: CalendarGateway
  /** Reads everything anew, to find what changed while it runs. */
  reload?: () => Config
}

/**
 * Takes events from applications and notifications from Exchange until it is closed. It listens at once, and says 503
 * until Redis is there.
 */
export async function startIngress(deployment: Config, { log, gateway, reload }: Deps): Promise<Ingress> {
  const { redisUrl, prefix, waitReplicas } = deployment.service
  const outages = watchOutages(log)
  const redis = connectRedis(redisUrl, { role: 'producer', log, outages })
  const metrics = createMetrics('ingress')
  const shared = { redis, outages, prefix, waitReplicas, names: deployment.names, log, metrics }
  const closing = new AbortController()
  const listener = createListener(deployment.service.listener, { registry: metrics.registry, log })
  const connections = new Map<string, IngressConnection>()
  const anyList = anyOf(() => connections.values().map(({ allowList }) => allowList))

  const begin = async (name: string, config: ConnectionConfig): Promise<Running> => {
    const connection = openConnection(name, shared)
    const serving = serve(connection, config, {
      gateway,
      listener,
      anyList,
      closing: closing.signal,
      refused: () => watching.refused(),
    })
    connections.set(name, serving.ingress)
    await connection.enableMailboxes(config.mailboxes)
    return {
      async close() {
        if (connections.get(name) === serving.ingress) connections.delete(name)
        await serving.close()
        await connection.close()
      },
    }
  }
  const held = holdConnections({
    log,
    begin,
    isSeamless: true,
    attempt: (name, { exchange }, before) =>
      attemptExchange(name, { exchange, before: before?.exchange }, shared),
  })
  const watching = watchDeployment({ deployment, held, reload, metrics, log })
  const strangers = listener.sendersOf(undefined, { registry: metrics.registry, log })
  const facing = { connections, ofNobody: notificationsOfNobody({ ...strangers, anyList }), log, outages }
  const app = createApp({
    ...facing,
    registry: metrics,
    checks: { redis: () => redis.ping() },
    notes: watching.notes,
  })
  const [listening] = await Promise.all([
    listenOn(deployment.service, listener, { app, facing: createNotificationsApp(facing) }),
    held.start(deployment.connections),
  ])

  return {
    url: listening.url,
    tlsUrl: listening.tlsUrl,
    async close() {
      closing.abort()
      await watching.close()
      await listening.close()
      listener.close()
      await held.close()
      await closeRedis(redis)
    },
  }
}

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
}

type Serving = {
  gateway: CalendarGateway | undefined
  listener: Listener
  anyList: AllowList
  closing: AbortSignal
  refused: Watching['refused']
}

function serve(
  connection: Connection,
  config: ConnectionConfig,
  { gateway, listener, anyList, ...serving }: Serving,
) {
  const { ledger, queues, log, registry } = connection
  const exchange = config.exchange && connection.openExchange(config.exchange)
  countQueues(registry, queues)
  countWays(registry, ledger)
  const deps = {
    ledger,
    queues,
    gateway: gateway ?? exchange?.gateway,
    log,
    rules: { refusePersonal: config.refusePersonal },
    settingDefaults: config.settingDefaults,
    mailBudget: config.mailBudget,
    fingerprintKey: config.fingerprintKey,
    name: connection.name,
    ...serving,
  }
  const senders = listener.sendersOf(config.sources, connection)
  const ingress: IngressConnection = {
    allowList: senders.allowList,
    isKey: keyComparer(config.apiKeys),
    api: createApi(deps),
    notifications: notifications({ ...deps, ...senders, anyList }),
  }
  return { ingress, close: async () => exchange?.close() }
}
