import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { TokenError, type TokenIssuer } from '../authentication/token-issuer.ts'
import { readText } from './read-text.ts'

const largestForm = 64 * 1024

type Answer = { status: number; json: unknown }

/** Answers what a client of Entra asks for on its way to a token; `false` where the path is none of its. */
export async function answerTokenRequest(
  request: IncomingMessage,
  response: ServerResponse,
  tokens: TokenIssuer,
): Promise<boolean> {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http'
  const origin = `${scheme}://${request.headers.host ?? 'localhost'}`
  const answer = await answerTo(request, origin, tokens)
  if (!answer) return false
  request.resume()
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(answer.json))
  return true
}

async function answerTo(
  request: IncomingMessage,
  origin: string,
  tokens: TokenIssuer,
): Promise<Answer | undefined> {
  const path = new URL(request.url ?? '/', origin).pathname
  const [, tenant = '', place = ''] = /^\/([^/]+)\/(.+)$/.exec(path) ?? []
  const addresses = addressesOf(origin, tenant)
  switch (place.toLowerCase()) {
    case '.well-known/openid-configuration':
    case 'v2.0/.well-known/openid-configuration':
      return { status: 200, json: configuration(addresses) }
    case 'discovery/instance':
      return { status: 200, json: instances(origin, addresses) }
    case 'discovery/v2.0/keys':
      return { status: 200, json: await tokens.keySet() }
    case 'oauth2/v2.0/token':
      return request.method === 'POST' ? issue(request, addresses, tokens) : undefined
    default:
      return undefined
  }
}

type Addresses = ReturnType<typeof addressesOf>

function addressesOf(origin: string, tenant: string) {
  const base = `${origin}/${tenant}`
  return { token: `${base}/oauth2/v2.0/token`, issuer: `${base}/v2.0`, base }
}

async function issue(request: IncomingMessage, addresses: Addresses, tokens: TokenIssuer): Promise<Answer> {
  const form = new URLSearchParams(await readText(request, largestForm))
  try {
    return { status: 200, json: await tokens.issue(form, addresses.token, addresses.issuer) }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return { status: error.status, json: refusal(error) }
  }
}

function refusal({ error, number, message }: TokenError): object {
  return {
    error,
    error_description: message,
    error_codes: [number],
    timestamp: new Date().toISOString(),
    trace_id: randomUUID(),
    correlation_id: randomUUID(),
  }
}

function configuration({ base, token, issuer }: Addresses): object {
  return {
    token_endpoint: token,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat'],
  }
}

function instances(origin: string, { base }: Addresses): object {
  const { host } = new URL(origin)
  return {
    tenant_discovery_endpoint: `${base}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  }
}
