import { createServer, type RequestListener, type Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import { WatchedFile } from '@lockstep/exchange'
import type { Logger } from '@lockstep/runtime'
import type { Request } from 'express'
import type { Registry } from 'prom-client'
import { type AllowList, createAllowList } from './allow-list.ts'
import { readEndpointList } from './endpoint-list.ts'
import { createHostNames, type HostNames } from './host-names.ts'
import type { ListenerConfig, SourceConfig } from './listener-config.ts'
import { inNetworks } from './networks.ts'
import { createPeers } from './proxied-connections.ts'
import { type Outcomes, watchOutcomes } from './outcomes.ts'
import { sourceOf } from './source.ts'
import { createTlsServer } from './tls-server.ts'

/** How the network reaches the ingress, and whom it lets notify. */
export type Listener = {
  /** Whom one connection takes notifications from. */
  sendersOf(sources: SourceConfig | undefined, connection: Deps): Senders
  plainServer(handler: RequestListener): Server
  tlsServer(handler: RequestListener, options: NonNullable<ListenerConfig['tls']>): TlsServer
  close(): void
}

export type Senders = {
  allowList: AllowList | undefined
  outcomes: Outcomes
  sourceOf(request: Request): string | undefined
}

type Deps = { registry: Registry; log: Logger }

export function createListener(config: ListenerConfig, deps: Deps): Listener {
  const peers = createPeers(inNetworks(config.proxyProtocolFrom))
  const isTrusted = inNetworks(config.trustedProxies)
  const hostNames = createHostNames({ servers: config.dnsServers })
  const watched = <Any extends Server | TlsServer>(server: Any): Any => {
    peers.watch(server)
    return server
  }
  return {
    sendersOf: (sources, { registry, log }) => ({
      allowList: sources && openAllowList(sources, { hostNames, log }),
      outcomes: watchOutcomes(registry, log),
      sourceOf: (request) =>
        sourceOf({
          peer: peers.of(request.socket),
          forwardedFor: request.get('x-forwarded-for'),
          isTrusted,
        }),
    }),
    plainServer: (handler) => watched(createServer(handler)),
    tlsServer: (handler, options) => watched(createTlsServer(handler, options, deps)),
    close: () => hostNames.close(),
  }
}

/** The newest content of the file counts. */
export function openAllowList(
  { own, endpointsFile }: SourceConfig,
  { hostNames, log }: { hostNames: HostNames; log: Logger },
): AllowList {
  const onProblem = (error: Error) =>
    log.error({ err: error }, 'endpoint list is of no use, the last one counts')
  const file =
    endpointsFile === undefined ? undefined : new WatchedFile(endpointsFile, readEndpointList, onProblem)
  return createAllowList(own, { file, hostNames })
}
