import { lookup } from 'node:dns/promises'
import type { ExchangeConfig } from '../create-exchange.ts'
import type { CertificateUse } from '../trust/certificate-fact.ts'
import { openOwnCertificates } from '../trust/own-certificates.ts'
import { openTrust } from '../trust/tls-material.ts'
import { proxyFor } from '../ews/connections/ways-out.ts'
import { exchangeOnlineWarning } from '../exchange-online.ts'
import { verdictOnEnd } from './certificates.ts'
import { examineBudget } from './examine-budget.ts'
import { examineServer } from './examine-server.ts'
import { reach, shakeHands } from './handshake.ts'
import type { Line } from './line.ts'
import { failed, type Finding, inOrder, ok, type Part, skipped, type Step, warning } from './step.ts'

const connectMs = 10_000

/** Examines the way to an endpoint step by step, from its name to the budget of the account. */
export function examineEndpoint(config: ExchangeConfig, lines: readonly Line[]): AsyncGenerator<Step> {
  const url = new URL(config.url)
  const way = { waysOut: config.waysOut, timeoutMs: Math.min(connectMs, config.timeoutMs) }
  const isProxied = proxyFor(url, config.waysOut ?? {}) !== undefined
  const isSecure = url.protocol === 'https:'

  const parts: Part[] = [
    { name: 'endpoint', examine: async () => verdictOnAddress(config, url) },
    {
      name: 'name',
      examine: async () => (isProxied ? skipped('the proxy looks the name up') : lookUp(url)),
    },
    {
      name: 'connection',
      async examine() {
        const socket = await reach(url, way)
        socket.destroy()
        return ok(isProxied ? 'the proxy opens a way to the server' : 'the server takes connections')
      },
    },
    {
      name: 'certificate',
      async examine() {
        if (!isSecure) return skipped('without https there is none')
        const certificate = await shakeHands(url, way, openTrust(config.trust ?? {}).material)
        return verdictOnEnd('server', Date.parse(certificate.validTo), Date.now())
      },
    },
    ...ownCertificateParts(config),
    { name: 'budget', examine: () => examineBudget(lines), isVital: false },
    ...examineServer(lines, config.auth.kind),
  ]
  return inOrder(parts)
}

function verdictOnAddress({ auth }: ExchangeConfig, url: URL): Finding {
  const address = `${url.origin}${url.pathname}`
  const ending = exchangeOnlineWarning(url.href, auth.kind === 'oauth' ? auth.clientId : undefined)
  if (ending !== undefined)
    return { outcome: 'warning', code: 'EXCHANGE_ONLINE_ENDS', says: address, mend: ending }
  return url.protocol === 'https:' ? ok(address) : warning('PLAIN_HTTP', address)
}

async function lookUp(url: URL): Promise<Finding> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  try {
    const found = await lookup(host, { all: true })
    return ok(`${host} is ${found.map(({ address }) => address).join(', ')}`)
  } catch (error) {
    return failed((error as NodeJS.ErrnoException).code ?? 'ENOTFOUND', `${host} is not known here`)
  }
}

/** Those that we show, and those that we trust: they end without a word from the server. */
function ownCertificateParts(config: ExchangeConfig): Part[] {
  const names: Record<CertificateUse, string> = {
    server: '',
    client: 'our certificate',
    oauth: 'token certificate',
    authority: 'trusted',
    secret: 'client secret',
  }
  const accounts = config.accounts ?? [{ name: '', auth: config.auth }]
  return accounts.flatMap(({ name: account, auth }, index) =>
    openOwnCertificates({ trust: index === 0 ? config.trust : {}, auth })().map(({ use, validToMs }) => ({
      name: isOfAccount(use) && account !== '' ? `${names[use]} ${account}` : names[use],
      examine: async () => verdictOnEnd(use, validToMs, Date.now()),
      isVital: false,
    })),
  )
}

function isOfAccount(use: CertificateUse): boolean {
  return use === 'oauth' || use === 'secret'
}
