import { Agent, type Dispatcher, request } from 'undici'
import { createConnector } from '../ews/connections/connector.ts'
import { proxyFor, type WaysOut } from '../ews/connections/ways-out.ts'
import { type AuthOptions, createSender } from '../ews/create-sender.ts'
import { errorOfCall } from '../ews/failures.ts'
import { localLogonMemory } from '../ews/logon/logon-memory.ts'
import { networkFailure } from '../ews/network-failure.ts'
import { openTrust, type TrustOptions } from '../trust/tls-material.ts'
import { poxRequest, type PoxAnswer, readPox } from './pox.ts'

export type AskingOptions = {
  readonly auth: AuthOptions
  readonly trust?: TrustOptions | undefined
  readonly waysOut?: WaysOut | undefined
  readonly timeoutMs: number
}

/** What a host answers to somebody whom it does not know. */
export type Stranger =
  | { readonly kind: 'asksWhoWeAre' }
  | { readonly kind: 'redirects'; readonly url: string }
  | { readonly kind: 'other'; readonly status: number }

/** Answers of services are short; what is longer comes from somebody else. */
const mostBytes = 1024 * 1024

/** Looks at an address without saying who we are. @throws {ExchangeError} */
export async function askAsStranger(url: string, options: AskingOptions): Promise<Stranger> {
  const material = openTrust(options.trust ?? {}).material
  const proxy = proxyFor(new URL(url), options.waysOut ?? {})
  const dispatcher = new Agent({
    connect: createConnector({ material, proxy, timeoutMs: options.timeoutMs }),
  })
  return sorted(async () => {
    try {
      const signal = AbortSignal.timeout(options.timeoutMs)
      const { statusCode, headers, body } = await request(url, { dispatcher, signal })
      await body.dump()
      if (statusCode === 401) return { kind: 'asksWhoWeAre' }
      const to = targetOf(url, statusCode, headers)
      return to === undefined ? { kind: 'other', status: statusCode } : { kind: 'redirects', url: to }
    } finally {
      await dispatcher.destroy()
    }
  })
}

/** Asks a service for the settings of an address, in the name of our account. @throws {ExchangeError} */
export async function askForSettings(
  url: string,
  address: string,
  options: AskingOptions,
): Promise<PoxAnswer> {
  // Of its own: a refusal here says nothing of the endpoint that everybody works with.
  const sender = createSender({ ...options, url, connections: 1, memory: localLogonMemory() })
  return sorted(async () => {
    try {
      const response = await sender.send({
        body: Buffer.from(poxRequest(address)),
        headers: { 'content-type': 'text/xml; charset=utf-8', 'user-agent': 'Lockstep' },
        signal: AbortSignal.timeout(options.timeoutMs),
        wire: { sent: false },
      })
      const to = targetOf(url, response.statusCode, response.headers)
      if (to === undefined && response.statusCode === 200) return readPox(await limited(response.body))
      await response.body.dump()
      return to === undefined ? { kind: 'unreadable' } : { kind: 'redirectUrl', url: to }
    } finally {
      await sender.close()
    }
  })
}

function targetOf(
  url: string,
  status: number,
  headers: Dispatcher.ResponseData['headers'],
): string | undefined {
  const location = [headers['location'] ?? []].flat()[0]
  const isRedirect = [301, 302, 303, 307, 308].includes(status)
  return isRedirect && location && URL.canParse(location, url) ? new URL(location, url).href : undefined
}

async function limited(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function sorted<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    throw errorOfCall(error, networkFailure(error, { timedOut: false, aborted: false, sent: false }))
  }
}
