import type { SrvRecord } from 'node:dns'
import { ExchangeError } from '../errors.ts'
import { failed, failedBy, type Finding, ok, skipped, type Step } from '../doctor/step.ts'
import { type AskingOptions, askAsStranger, askForSettings } from './ask-service.ts'
import type { PoxAnswer } from './pox.ts'

export type Discovering = AskingOptions & {
  /** Whether our credentials may be shown to a host outside of the domain of the address. */
  readonly confirm: (host: string) => Promise<boolean>
  readonly resolveSrv: (name: string) => Promise<readonly SrvRecord[]>
}

/** EWS endpoints of a mailbox: for calls from within the company's network, and from outside. */
export type Discovered = { readonly internalUrl?: string; readonly externalUrl?: string }

/** Everything within one search for an address. */
type Search = Discovering & {
  readonly address: string
  redirects: number
  refusals: number
  readonly asked: Set<string>
}
type Found = { readonly finding: Finding; readonly endpoints?: Discovered; readonly address?: string }

const nobody = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
  'PROXY_FAILED',
  'TIMEOUT',
])
const path = '/autodiscover/autodiscover.xml'
const mostRedirects = 10
/** Accounts are locked after a handful of wrong passwords. */
const mostRefusals = 2

/**
 * Finds the EWS endpoints of a mailbox in the order that Microsoft gives: the domain, its host `autodiscover`, where
 * that redirects over plain HTTP, and the SRV record. Credentials go only to hosts that prove by their certificate who
 * they are, ask for them, and lie within the domain or were confirmed.
 * https://learn.microsoft.com/exchange/client-developer/exchange-web-services/autodiscover-for-exchange
 */
export async function* discoverEndpoint(
  address: string,
  options: Discovering,
): AsyncGenerator<Step, Discovered | undefined> {
  let search: Search = { ...options, address, redirects: 0, refusals: 0, asked: new Set() }
  for (;;) {
    let next: string | undefined
    for (const { name, look } of ways(search)) {
      const { finding, endpoints, address: redirected } = await look().catch(notFound)
      yield { name, ...finding }
      if (endpoints) return endpoints
      if (redirected !== undefined) {
        next = redirected
        break
      }
    }
    if (next === undefined || search.redirects++ >= mostRedirects) return undefined
    search = { ...search, address: next }
  }
}

function ways(search: Search): { name: string; look: () => Promise<Found> }[] {
  const domain = domainOf(search.address)
  return [
    { name: domain, look: () => follow(`https://${domain}${path}`, search) },
    { name: `autodiscover.${domain}`, look: () => follow(`https://autodiscover.${domain}${path}`, search) },
    { name: 'redirect over http', look: () => followPlain(`http://autodiscover.${domain}${path}`, search) },
    { name: 'SRV record', look: () => followSrv(`_autodiscover._tcp.${domain}`, search) },
  ]
}

/** Plain HTTP may point to where to ask, and nothing else: whoever answers has proven nothing. */
async function followPlain(url: string, search: Search): Promise<Found> {
  const answer = await askAsStranger(url, search)
  if (answer.kind === 'redirects') return follow(answer.url, search, 'unproven')
  return { finding: skipped('it points nowhere') }
}

async function followSrv(name: string, search: Search): Promise<Found> {
  const [record] = (await search.resolveSrv(name).catch(() => [])).toSorted(
    (a, b) => a.priority - b.priority || b.weight - a.weight,
  )
  if (!record) return { finding: skipped('there is none') }
  const port = record.port === 443 ? '' : `:${record.port}`
  return follow(`https://${record.name}${port}${path}`, search, 'unproven')
}

/** Asks one address, and where it points to. `unproven`: who named it has not proven who he is. */
async function follow(url: string, search: Search, origin: 'ours' | 'unproven' = 'ours'): Promise<Found> {
  const target = new URL(url)
  if (target.protocol !== 'https:')
    return { finding: failed('DISCOVER_NOT_SECURE', `it points to ${target.host} without https`) }
  const question = `${search.address} ${url}`
  if (search.asked.has(question)) return { finding: skipped('asked already') }
  search.asked.add(question)
  if (!(await mayAsk(target, search, origin))) return { finding: failed('DISCOVER_UNCONFIRMED', target.host) }

  const stranger = await askAsStranger(url, search)
  if (stranger.kind === 'redirects') return redirected(stranger.url, search)
  if (stranger.kind === 'other')
    return { finding: skipped(`no Autodiscover there (HTTP ${stranger.status})`) }
  if (search.refusals >= mostRefusals)
    return { finding: skipped('not asked: more wrong logons could lock the account') }
  try {
    return await verdictOn(await askForSettings(url, search.address, search), search)
  } catch (error) {
    if (error instanceof ExchangeError && error.code.startsWith('LOGON_')) search.refusals += 1
    throw error
  }
}

async function verdictOn(answer: PoxAnswer, search: Search): Promise<Found> {
  switch (answer.kind) {
    case 'settings': {
      const { kind: _kind, ...endpoints } = answer
      return { finding: ok('knows the mailbox'), endpoints }
    }
    case 'redirectAddress':
      return {
        finding: ok(`the mailbox is known as one of ${domainOf(answer.address)}`),
        address: answer.address,
      }
    case 'redirectUrl':
      return redirected(answer.url, search)
    case 'error':
      return { finding: failed('DISCOVER_UNKNOWN_ADDRESS', `Autodiscover answers error ${answer.code}`) }
    case 'unreadable':
      return { finding: skipped('what answers is no Autodiscover') }
  }
}

function redirected(url: string, search: Search): Promise<Found> | Found {
  if (search.redirects++ >= mostRedirects) return { finding: failed('DISCOVER_LOOP', 'too many redirects') }
  return follow(url, search)
}

async function mayAsk(
  { host, hostname }: URL,
  { address, confirm }: Search,
  origin: 'ours' | 'unproven',
): Promise<boolean> {
  const domain = domainOf(address)
  const isWithin = hostname === domain || hostname.endsWith(`.${domain}`)
  return (isWithin && origin === 'ours') || confirm(host)
}

/** That nobody is there is no fault: most domains have but one of the ways. */
function notFound(error: unknown): Found {
  const finding = failedBy(error)
  const isNobody = nobody.has(finding.code ?? '')
  return { finding: isNobody ? skipped(`nobody answers (${finding.code})`) : finding }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
