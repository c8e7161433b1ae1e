import type { CalendarGateway } from '@lockstep/exchange'
import { createLedger } from '@lockstep/ledger'
import { createQueues } from '@lockstep/queue'
import { createLogger } from '@lockstep/runtime'
import { testRedis } from '@lockstep/runtime/testing'
import { onTestFinished } from 'vitest'
import type { ConnectionConfig, ServiceConfig } from '../config.ts'
import { startIngress } from '../index.ts'

export const alice = 'alice@contoso.example'
export const bob = 'bob@contoso.example'

type Options = Partial<ServiceConfig & ConnectionConfig> & {
  onLine?: (line: string) => void
  gateway?: CalendarGateway
}

/** An ingress on a free port with a Redis prefix of its own, and a way to look into its ledger. */
export async function startTestIngress({ onLine, gateway, ...changes }: Options = {}) {
  const { redis, prefix, url } = testRedis()
  const config: ServiceConfig & ConnectionConfig = {
    redisUrl: url,
    prefix,
    waitReplicas: 0,
    logLevel: onLine ? 'debug' : 'silent',
    port: 0,
    host: '127.0.0.1',
    apiKeys: ['demo', 'other-key'],
    mailboxes: [alice, bob],
    refusePersonal: false,
    mailBudget: 200,
    fingerprintKey: 'key',
    settingDefaults: { conflictPolicy: 'exchange', mute: false },
    exchange: undefined,
    sources: undefined,
    listener: { trustedProxies: [], proxyProtocolFrom: [], dnsServers: [] },
    ...changes,
  }
  const log = createLogger('ingress', config.logLevel, { write: onLine ?? (() => {}) })
  const deployment = {
    service: config,
    connections: new Map([['default', config]]),
    names: ['default'],
    files: [],
  }
  const ingress = await startIngress(deployment, { log, ...(gateway && { gateway }) })
  onTestFinished(() => ingress.close())

  const ledger = createLedger(redis, { prefix })
  const queues = createQueues(redis, { prefix })
  onTestFinished(() => queues.close())
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${ingress.url}${path}`, {
      headers: { Authorization: 'Bearer demo', ...headers },
      redirect: 'manual',
    })

  return {
    url: ingress.url,
    tlsUrl: ingress.tlsUrl,
    close: () => ingress.close(),
    redis,
    prefix,
    ledger,
    queues,
    get,
    /** Status and body of an answer. */
    read: async (path: string) => {
      const response = await get(path)
      return { status: response.status, body: (await response.json()) as Record<string, never> }
    },
    post: async (body: unknown, headers: Record<string, string> = {}) =>
      postTo(`${ingress.url}/v1/events`, body, { Authorization: 'Bearer demo', ...headers }),
    /** How many appointments the ledger knows: nothing was stored while it is 0. */
    stored: async () => (await redis.keys(`*${prefix}*`)).filter((key) => key.includes(':a:')).length,
  }
}

/** Posts a body, JSON unless it is a text, and gives back the answer. */
export async function postTo(url: string, body: unknown, headers: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': Array.isArray(body) ? 'application/cloudevents-batch+json' : 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
