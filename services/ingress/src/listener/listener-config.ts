import { readFileSync } from 'node:fs'
import { openCertificates, openIdentity, type Problems, whyUnusable } from '@lockstep/exchange'
import { parseSources } from './allow-list.ts'
import { EndpointListError, readEndpointList, type Sources } from './endpoint-list.ts'
import type { ListenerVariables, SourceVariables } from './listener-variables.ts'
import { type Network, parseNetwork } from './networks.ts'
import type { TlsOptions } from './tls-server.ts'

/** Whom notifications are taken from. */
export type SourceConfig = { readonly own: Sources; readonly endpointsFile?: string | undefined }

export type ListenerConfig = {
  /** The port that faces the network; missing without a certificate. */
  readonly tls?:
    | (TlsOptions & { readonly port: number; readonly host?: string | undefined; readonly isForAll: boolean })
    | undefined
  readonly trustedProxies: readonly Network[]
  readonly proxyProtocolFrom: readonly Network[]
  readonly dnsServers: readonly string[]
}

type Report<Variables> = (name: keyof Variables & string, message: string) => void

/** The variables as the ingress wants them. What does not fit together, or cannot be read, is told to `problems`. */
export function listenerConfig(env: ListenerVariables, problems: Problems): ListenerConfig {
  const report: Report<ListenerVariables> = (name, message) =>
    problems.addIssue({ code: 'custom', path: [name], message })
  return {
    tls: tlsOf(env, report),
    trustedProxies: networksOf(env, 'INGRESS_TRUSTED_PROXIES', report),
    proxyProtocolFrom: networksOf(env, 'INGRESS_PROXY_PROTOCOL_FROM', report),
    dnsServers: env.NOTIFICATION_DNS_SERVERS,
  }
}

/** Missing if nobody is named, so that everybody may. */
export function sourceConfig(env: SourceVariables, problems: Problems): SourceConfig | undefined {
  const report: Report<SourceVariables> = (name, message) =>
    problems.addIssue({ code: 'custom', path: [name], message })
  const endpointsFile = env.NOTIFICATION_ENDPOINTS_FILE
  const own = parseSources(env.NOTIFICATION_SOURCES)
  if (!own) report('NOTIFICATION_SOURCES', 'expected addresses, CIDR ranges and domains')
  try {
    if (endpointsFile !== undefined) readEndpointList(readFileSync(endpointsFile))
  } catch (error) {
    report('NOTIFICATION_ENDPOINTS_FILE', whyUnreadable(error))
  }
  if (endpointsFile === undefined && env.NOTIFICATION_SOURCES.length === 0) return undefined
  return { own: own ?? { networks: [], domains: [] }, endpointsFile }
}

function tlsOf(env: ListenerVariables, report: Report<ListenerVariables>): ListenerConfig['tls'] {
  const clients = clientsOf(env, report)
  const file = env.INGRESS_TLS_CERT_FILE
  if (file === undefined) return undefined
  const password = env.INGRESS_TLS_CERT_PASSWORD
  const identity = { file, keyFile: env.INGRESS_TLS_KEY_FILE, password }
  try {
    openIdentity(identity)
  } catch (error) {
    report('INGRESS_TLS_CERT_FILE', whyUnusable(error, 'INGRESS_TLS_CERT_PASSWORD'))
  }
  return {
    identity,
    clients,
    port: env.INGRESS_TLS_PORT,
    host: env.INGRESS_TLS_BIND_ADDRESS,
    isForAll: env.INGRESS_TLS_SERVES === 'everything',
  }
}

function clientsOf(env: ListenerVariables, report: Report<ListenerVariables>): TlsOptions['clients'] {
  const file = env.INGRESS_TLS_CLIENT_CA_FILE
  if (env.INGRESS_TLS_CLIENT_CERTS === 'none') return undefined
  if (file === undefined) {
    report(
      'INGRESS_TLS_CLIENT_CA_FILE',
      `is needed with INGRESS_TLS_CLIENT_CERTS=${env.INGRESS_TLS_CLIENT_CERTS}`,
    )
    return undefined
  }
  try {
    openCertificates({ file })
  } catch (error) {
    report('INGRESS_TLS_CLIENT_CA_FILE', whyUnusable(error, 'the file: it may have no password'))
  }
  return { authorities: { file }, isRequired: env.INGRESS_TLS_CLIENT_CERTS === 'required' }
}

function networksOf(
  env: ListenerVariables,
  name: 'INGRESS_TRUSTED_PROXIES' | 'INGRESS_PROXY_PROTOCOL_FROM',
  report: Report<ListenerVariables>,
): readonly Network[] {
  const networks = env[name].map((text) => parseNetwork(text))
  if (networks.includes(undefined)) report(name, 'expected addresses and CIDR ranges')
  return networks.filter((network) => network !== undefined)
}

function whyUnreadable(error: unknown): string {
  if (error instanceof EndpointListError) return error.message
  return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`
}
