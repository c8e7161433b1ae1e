import { generateKeyPairSync } from 'node:crypto'
import { ConfidentialClientApplication, type NetworkRequestOptions } from '@azure/msal-node'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { calendarFolder } from '../testing/requests.ts'
import { setUp } from '../testing/set-up.ts'
import { envelopeOf } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { request as undiciRequest, Agent } from 'undici'

const clientId = 'a6e0d4c2-90ab-4c0d-8f3e-3a1b2c4d5e6f'
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const scope = 'https://outlook.office365.com/.default'
const alice = 'alice@contoso.example'
const getFolder = node(
  'm:GetFolder',
  node('m:FolderShape', leaf('t:BaseShape', 'IdOnly')) + node('m:FolderIds', calendarFolder),
)

async function setUpTokens(impersonates: 'all' | string[] = 'all') {
  const { simulator } = await setUp({ httpsPort: 0 })
  const certificates = [keys.publicKey.export({ type: 'spki', format: 'pem' })]
  simulator.addAccount({
    address: clientId,
    impersonates,
    application: { secrets: ['s3cret'], certificates },
  })
  const endpoint = new URL('/contoso.example/oauth2/v2.0/token', simulator.url).href
  const ask = async (form: Record<string, string>) => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope,
      ...form,
    })
    const response = await fetch(endpoint, { method: 'POST', body })
    return { status: response.status, ...((await response.json()) as { access_token?: string }) }
  }
  const call = async (token: string | undefined, impersonate: string | null = alice) => {
    const response = await fetch(simulator.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/xml; charset=utf-8' },
      body: envelopeOf(getFolder, { impersonate }),
    })
    return `${response.status} ${/ResponseCode[^>]*>(\w+)/.exec(await response.text())?.[1] ?? ''}`.trim()
  }
  return { simulator, endpoint, ask, call }
}

function assertion(audience: string, key = keys.privateKey, lifetime = '5 minutes') {
  return new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setExpirationTime(lifetime)
    .sign(key)
}

const signed = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }

describe('the token endpoint', () => {
  test('gives a token for the secret, and EWS takes it', async () => {
    const { ask, call } = await setUpTokens()
    expect(await call((await ask({ client_secret: 's3cret' })).access_token)).toBe('200 NoError')
  })

  test('gives a token for a signed assertion', async () => {
    const { ask, call, endpoint } = await setUpTokens()
    const token = await ask({ ...signed, client_assertion: await assertion(endpoint) })
    expect(await call(token.access_token)).toBe('200 NoError')
  })

  test.each([
    ['a wrong secret', async () => ({ client_secret: 'wrong' }), 401, 'invalid_client'],
    ['no proof', async () => ({}), 401, 'invalid_client'],
    [
      'an unknown client',
      async () => ({ client_id: 'x', client_secret: 's3cret' }),
      400,
      'unauthorized_client',
    ],
    ['another scope', async () => ({ client_secret: 's3cret', scope: 'User.Read' }), 400, 'invalid_scope'],
    ['another grant', async () => ({ grant_type: 'password' }), 400, 'unsupported_grant_type'],
    [
      "somebody else's signature",
      async (endpoint: string) => ({
        ...signed,
        client_assertion: await assertion(
          endpoint,
          generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
        ),
      }),
      401,
      'invalid_client',
    ],
    [
      'an assertion made out to somebody else',
      async () => ({ ...signed, client_assertion: await assertion('https://login.example/token') }),
      401,
      'invalid_client',
    ],
    [
      'an assertion of yesterday',
      async (endpoint: string) => ({
        ...signed,
        client_assertion: await assertion(endpoint, keys.privateKey, '-1 day'),
      }),
      401,
      'invalid_client',
    ],
  ])('refuses %s', async (_what, form, status, error) => {
    const { ask, endpoint } = await setUpTokens()
    expect(await ask(await form(endpoint))).toMatchObject({
      status,
      error,
      error_codes: [expect.any(Number)],
    })
  })

  test('is what the client of Entra finds its way to', async () => {
    const { simulator, call } = await setUpTokens()
    const { url, ca } = simulator.secure!
    const { host } = new URL(url)
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        clientSecret: 's3cret',
        authority: `https://${host}/contoso.example`,
        knownAuthorities: [host],
      },
      system: { networkClient: networkClient(ca) },
    })
    const token = await application.acquireTokenByClientCredential({ scopes: [scope] })
    expect(await call(token?.accessToken)).toBe('200 NoError')
  })
})

describe('a bearer token', () => {
  test('must be one of ours, and meant for EWS', async () => {
    const { ask, call } = await setUpTokens()
    expect(await call('nonsense')).toBe('401')
    expect(await call(await assertion('https://outlook.office365.com'))).toBe('401')
    const graph = await ask({ client_secret: 's3cret', scope: 'https://graph.microsoft.com/.default' })
    expect(await call(graph.access_token)).toBe('401')
  })

  test('is for the mailboxes that the application may act for, which it must name', async () => {
    const { ask, call } = await setUpTokens([alice])
    const token = (await ask({ client_secret: 's3cret' })).access_token
    expect(await call(token)).toBe('200 NoError')
    expect(await call(token, 'bob@contoso.example')).toBe('500 ErrorImpersonateUserDenied')
    expect(await call(token, null)).toBe('500 ErrorInvalidExchangeImpersonationHeaderData')
  })
})

function networkClient(ca: string) {
  const send = async (method: 'GET' | 'POST', url: string, options?: NetworkRequestOptions) => {
    const answer = await undiciRequest(url, {
      method,
      headers: options?.headers ?? {},
      ...(options?.body !== undefined && { body: options.body }),
      dispatcher: new Agent({ connect: { ca } }),
    })
    return { status: answer.statusCode, headers: {}, body: (await answer.body.json()) as never }
  }
  return {
    sendGetRequestAsync: (url: string, options?: NetworkRequestOptions) => send('GET', url, options),
    sendPostRequestAsync: (url: string, options?: NetworkRequestOptions) => send('POST', url, options),
  }
}
