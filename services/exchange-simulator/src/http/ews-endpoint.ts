import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { autodiscoverAt } from '../autodiscover/autodiscover.ts'
import { answerCall } from './answer-call.ts'
import type { EwsParts } from './ews-call.ts'
import { readText } from './read-text.ts'
import { answerTokenRequest } from './token-endpoint.ts'

export const ewsPath = '/EWS/Exchange.asmx'

const largestRequest = 64 * 1024 * 1024

/** The EWS endpoint as an HTTP request listener, with the token endpoint beside it. */
export function createEwsEndpoint(parts: EwsParts): RequestListener {
  return (request, response) => {
    answer(request, response, parts).catch((error: unknown) => {
      if (response.destroyed || parts.signal.aborted) return
      parts.onUnexpected(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: EwsParts): Promise<void> {
  const { core } = parts
  if (core.faults.clockSkewMs !== 0) {
    response.setHeader('date', new Date(core.now()).toUTCString())
    core.faults.count('clockSkew')
  }
  const path = (request.url ?? '').split('?')[0] ?? ''
  const discover = autodiscoverAt(path)
  if (!discover && path.toLowerCase() !== ewsPath.toLowerCase()) {
    if (!(await answerTokenRequest(request, response, core.tokens))) send(request, response, 404)
    return
  }
  const binding = request.socket instanceof TLSSocket ? core.channelBinding : undefined
  const admission = await core.authenticator.admit(request, binding)
  if (admission.kind === 'refused') {
    return send(request, response, 401, { 'www-authenticate': admission.challenges })
  }
  if (request.method !== 'POST') return send(request, response, 405, { allow: 'POST' })
  if (discover)
    return answerDiscovery(request, response, (text, base) =>
      discover(text, { store: core.store, states: core.states, base }),
    )
  const { account } = admission
  const end = core.traffic.begin(account.address)
  try {
    await answerCall({ text: await readText(request, largestRequest), account, request, response }, parts)
  } finally {
    end()
  }
}

async function answerDiscovery(
  request: IncomingMessage,
  response: ServerResponse,
  discover: (text: string, base: string) => string,
): Promise<void> {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http'
  const base = `${scheme}://${request.headers.host ?? 'localhost'}`
  const body = discover(await readText(request, largestRequest), base)
  response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' }).end(body)
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[]> = {},
): void {
  // What nobody reads would otherwise block the connection.
  request.resume()
  response.writeHead(status, { ...headers, 'content-length': 0 }).end()
}
