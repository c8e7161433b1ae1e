import { type Connection, holdConnections, openConnection, type Running } from '@lockstep/connections'
import type { CalendarGateway } from '@lockstep/exchange'
import { closeRedis, connectRedis, createMetrics, listen, type Logger } from '@lockstep/runtime'
import { keyComparer } from './api-keys.ts'
import { createApi, createApp, type IngressConnection } from './app.ts'
import type { Config, ConnectionConfig } from './config.ts'
import { countQueues } from './metrics.ts'

export type Ingress = { url: string; close(): Promise<void> }

/** The gateway is made from the configuration unless it is given. */
type Deps = { log: Logger; gateway?: CalendarGateway }

/**
 * Takes events from applications and notifications from Exchange until it is closed. It listens at once, and says 503
 * until Redis is there.
 */
export async function startIngress(deployment: Config, { log, gateway }: Deps): Promise<Ingress> {
  const { redisUrl, prefix, waitReplicas, port, host } = deployment.service
  const redis = connectRedis(redisUrl, { role: 'producer', log })
  const metrics = createMetrics('ingress')
  const shared = { redis, prefix, waitReplicas, log, metrics }
  const closing = new AbortController()
  const connections = new Map<string, IngressConnection>()

  const held = holdConnections(async (name, config: ConnectionConfig): Promise<Running> => {
    const connection = openConnection(name, shared)
    const serving = serve(connection, config, { gateway, closing: closing.signal })
    connections.set(name, serving.ingress)
    await connection.enableMailboxes(config.mailboxes)
    return {
      async close() {
        connections.delete(name)
        await serving.close()
        await connection.close()
      },
    }
  })
  const app = createApp({ connections, registry: metrics, log, checks: { redis: () => redis.ping() } })
  const [listening] = await Promise.all([
    listen(app, { port, host, variable: 'INGRESS_PORT' }),
    held.start(deployment.connections),
  ])

  return {
    url: listening.url,
    async close() {
      closing.abort()
      await listening.close()
      await held.close()
      await closeRedis(redis)
    },
  }
}

type Serving = { gateway: CalendarGateway | undefined; closing: AbortSignal }

function serve(connection: Connection, config: ConnectionConfig, { gateway, closing }: Serving) {
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
  const ingress: IngressConnection = { ...deps, isKey: keyComparer(config.apiKeys), api: createApi(deps) }
  return { ingress, close: async () => exchange?.close() }
}
