import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { exchangeConfig } from './exchange-config.ts'
import { exchangeVariables } from './exchange-variables.ts'

const schema = z.object(exchangeVariables).transform((env, context) => exchangeConfig(env, context))
const fixture = (name: string) => new URL(`./trust/fixtures/${name}`, import.meta.url).pathname
const needed = { EWS_URL: 'https://mail/EWS/Exchange.asmx', EWS_USERNAME: 'svc', EWS_PASSWORD: 'secret' }
const oauth = {
  EWS_URL: 'https://outlook.office365.com/EWS/Exchange.asmx',
  EWS_AUTH: 'oauth',
  EWS_OAUTH_AUTHORITY: 'https://login.microsoftonline.com/contoso.example',
  EWS_OAUTH_CLIENT_ID: 'app',
  EWS_OAUTH_CLIENT_SECRET: 'secret',
}

test('three variables are enough', () => {
  expect(schema.parse(needed)).toEqual({
    url: 'https://mail/EWS/Exchange.asmx',
    auth: { kind: 'basic', username: 'svc', password: 'secret' },
    timeoutMs: 60_000,
    mostAnswerBytes: 32 * 1024 * 1024,
    maxInFlight: 10,
    budgetWaitMs: 30_000,
    breaker: { errorThresholdPercentage: 50, volumeThreshold: 3, windowMs: 10_000, probeEveryMs: 2_000 },
  })
})

test('NTLM binds to the connection where it can, unless told otherwise', () => {
  expect(schema.parse({ ...needed, EWS_AUTH: 'ntlm' }).auth).toMatchObject({
    kind: 'ntlm',
    channelBinding: 'auto',
  })
})

test('OAuth needs no account', () => {
  expect(schema.parse(oauth).auth).toEqual({
    kind: 'oauth',
    authority: 'https://login.microsoftonline.com/contoso.example',
    clientId: 'app',
    scope: 'https://outlook.office365.com/.default',
    proof: { secret: 'secret' },
  })
})

test('the end of the client secret is known if somebody said so', () => {
  const { auth } = schema.parse({ ...oauth, EWS_OAUTH_CLIENT_SECRET_EXPIRES: '2027-06-30' })
  expect(auth).toMatchObject({ proof: { secret: 'secret', endMs: Date.UTC(2027, 5, 30) } })
})

test('a secret from a file stays with its file, since it may change', () => {
  expect(schema.parse({ ...needed, EWS_PASSWORD_FILE: '/run/secrets/ews' }).auth).toMatchObject({
    password: { file: '/run/secrets/ews' },
  })
})

test('trust and ways out are taken as they are given', () => {
  const trust = { EWS_CA_FILE: fixture('ca.jks'), EWS_CA_PASSWORD: 'changeit' }
  const client = { EWS_CLIENT_CERT_FILE: fixture('client.pfx'), EWS_CLIENT_CERT_PASSWORD: 'changeit' }
  const out = { EWS_PROXY_URL: 'http://proxy:3128', NO_PROXY: '.contoso.example' }
  expect(schema.parse({ ...needed, ...trust, ...client, ...out })).toMatchObject({
    trust: {
      authorities: { file: fixture('ca.jks'), password: 'changeit' },
      client: { file: fixture('client.pfx'), password: 'changeit' },
    },
    waysOut: { proxyUrl: 'http://proxy:3128', noProxy: '.contoso.example' },
  })
})

const nonsense = join(tmpdir(), `lockstep-nonsense-${process.pid}`)
writeFileSync(nonsense, '{"not": "a certificate"}')

test.each([
  [{ EWS_URL: 'mail' }, 'EWS_URL', 'https://host/EWS/Exchange.asmx'],
  [{ EWS_AUTH: 'kerberos' }, 'EWS_AUTH', 'Invalid option'],
  [{ EWS_USERNAME: undefined }, 'EWS_USERNAME', 'is needed with EWS_AUTH=basic'],
  [{ EWS_AUTH: 'oauth' }, 'EWS_OAUTH_AUTHORITY', 'is needed with EWS_AUTH=oauth'],
  [{ EWS_URL: oauth.EWS_URL }, 'EWS_AUTH', 'Exchange Online takes only oauth'],
  [
    { EWS_URL: 'http://mail/EWS/Exchange.asmx', EWS_AUTH: 'ntlm', EWS_CHANNEL_BINDING: 'on' },
    'EWS_CHANNEL_BINDING',
    'nothing to bind to',
  ],
  [{ EWS_MAX_IN_FLIGHT: '0' }, 'EWS_MAX_IN_FLIGHT', 'a number'],
  [{ EWS_TIMEOUT_SECONDS: 'long' }, 'EWS_TIMEOUT_SECONDS', 'number of seconds'],
  [{ BREAKER_ERROR_PERCENTAGE: '101' }, 'BREAKER_ERROR_PERCENTAGE', 'a percentage'],
  [{ EWS_CA_FILE: '/nowhere/ca.pem' }, 'EWS_CA_FILE', 'ENOENT'],
  [{ EWS_CA_FILE: nonsense }, 'EWS_CA_FILE', 'it is no certificate'],
  [{ EWS_CA_FILE: fixture('ca.jks'), EWS_CA_PASSWORD: 'no' }, 'EWS_CA_FILE', 'check EWS_CA_PASSWORD'],
  [{ EWS_CLIENT_CERT_FILE: fixture('ca.pem') }, 'EWS_CLIENT_CERT_FILE', 'no private key'],
  [
    { ...oauth, EWS_OAUTH_CERT_FILE: fixture('client.both.pem') },
    'EWS_OAUTH_CERT_FILE',
    'or EWS_OAUTH_CLIENT_SECRET',
  ],
  [
    { ...oauth, EWS_OAUTH_CLIENT_SECRET_EXPIRES: '30.6.2027' },
    'EWS_OAUTH_CLIENT_SECRET_EXPIRES',
    'a date such as',
  ],
])('%j is refused, and told at %s', (wrong, name, message) => {
  const issues = schema.safeParse({ ...needed, ...wrong }).error?.issues ?? []
  expect(issues.filter(({ path }) => path[0] === name).map((issue) => issue.message)).toEqual([
    expect.stringContaining(message),
  ])
})

describe('several accounts', () => {
  const two = (accounts: object) => schema.safeParse({ ...needed, EWS_ACCOUNTS: JSON.stringify(accounts) })

  test('have what they say of themselves, and else what the connection says', () => {
    const parsed = two({
      one: { EWS_USERNAME: 'a' },
      two: { EWS_PASSWORD_FILE: '/etc/hostname', EWS_MAX_IN_FLIGHT: 3 },
    })
    expect(parsed.data).toMatchObject({
      auth: { username: 'a' },
      accounts: [
        { name: 'one', auth: { username: 'a', password: 'secret' }, maxInFlight: 10 },
        { name: 'two', auth: { username: 'svc', password: { file: '/etc/hostname' } }, maxInFlight: 3 },
      ],
      moveAfterMs: 60_000,
    })
  })

  test('with a client secret of their own have an end of their own', () => {
    const ofItsOwn = { EWS_OAUTH_CLIENT_ID: 'b', EWS_OAUTH_CLIENT_SECRET: 'other' }
    const accounts = {
      shared: { EWS_OAUTH_CLIENT_ID: 'a' },
      own: ofItsOwn,
      known: { ...ofItsOwn, EWS_OAUTH_CLIENT_SECRET_EXPIRES: '2028-01-31' },
    }
    const env = { ...oauth, EWS_OAUTH_CLIENT_SECRET_EXPIRES: '2027-06-30' }
    const parsed = schema.parse({ ...env, EWS_ACCOUNTS: JSON.stringify(accounts) })
    expect(parsed.accounts?.map(({ auth }) => 'proof' in auth && auth.proof)).toEqual([
      { secret: 'secret', endMs: Date.UTC(2027, 5, 30) },
      { secret: 'other' },
      { secret: 'other', endMs: Date.UTC(2028, 0, 31) },
    ])
  })

  test.each([
    [{}, 'expected { "<name>"'],
    [{ 'a b': { EWS_USERNAME: 'a' } }, 'expected { "<name>"'],
    [{ one: { EWS_URL: 'https://elsewhere' } }, 'one: EWS_URL: is none of EWS_USERNAME'],
    [{ one: { EWS_PASSWORD_FILE: '/nowhere' } }, 'one: EWS_PASSWORD_FILE: cannot be read'],
    [{ one: { EWS_MAX_IN_FLIGHT: 0 } }, 'one: EWS_MAX_IN_FLIGHT: expected a number of calls'],
    [
      { one: { EWS_OAUTH_CLIENT_SECRET_EXPIRES: '6/7/2027' } },
      'one: EWS_OAUTH_CLIENT_SECRET_EXPIRES: expected a date such as 2027-06-30',
    ],
  ])('%j: %s', (accounts, problem) => {
    expect(two(accounts).error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining(problem),
    ])
  })
})
