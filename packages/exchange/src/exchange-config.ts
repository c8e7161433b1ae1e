import { readFileSync } from 'node:fs'
import type { ExchangeConfig } from './create-exchange.ts'
import type { AuthOptions } from './ews/create-sender.ts'
import { accountsOf } from './exchange-accounts.ts'
import { isExchangeOnline } from './exchange-online.ts'
import type { ExchangeVariables } from './exchange-variables.ts'
import { readKeystore } from './trust/read-keystore.ts'
import type { SecretSource } from './trust/secret.ts'
import type { CertificateFile } from './trust/tls-material.ts'
import { whyUnusable } from './trust/why-unusable.ts'

/** Where problems are told, each at the variable that has to be mended. A zod transform's context is one. */
export type Problems = {
  addIssue(issue: { code: 'custom'; path: string[]; message: string }): void
}

type Name = keyof ExchangeVariables
type Report = (name: Name, message: string) => void

/** The variables as `createExchange` wants them. What does not fit together, or cannot be read, is told to `problems`. */
export function exchangeConfig(
  env: ExchangeVariables,
  problems: Problems,
): Omit<ExchangeConfig, 'userAgent'> {
  const report: Report = (name, message) => problems.addIssue({ code: 'custom', path: [name], message })
  const authorities = certificateFile(env, ['EWS_CA_FILE', 'EWS_CA_PASSWORD'], report)
  const client = certificateFile(env, ['EWS_CLIENT_CERT_FILE', 'EWS_CLIENT_CERT_PASSWORD'], report, true)
  const accounts = accountsOf(env, authOf, report)
  return {
    url: env.EWS_URL,
    auth: accounts?.[0]?.auth ?? authOf(env, report),
    ...(accounts && { accounts, moveAfterMs: env.EWS_ACCOUNT_MOVE_SECONDS }),
    ...((authorities || client) && { trust: { authorities, client } }),
    ...(env.EWS_PROXY_URL && { waysOut: { proxyUrl: env.EWS_PROXY_URL, noProxy: env.NO_PROXY } }),
    timeoutMs: env.EWS_TIMEOUT_SECONDS,
    mostAnswerBytes: env.EWS_MAX_ANSWER_MB,
    maxInFlight: env.EWS_MAX_IN_FLIGHT,
    budgetWaitMs: env.EWS_WAIT_SECONDS,
    breaker: {
      errorThresholdPercentage: env.BREAKER_ERROR_PERCENTAGE,
      volumeThreshold: env.BREAKER_MINIMUM_CALLS,
      windowMs: env.BREAKER_WINDOW_SECONDS,
      probeEveryMs: env.BREAKER_PROBE_SECONDS,
    },
  }
}

function authOf(env: ExchangeVariables, report: Report): AuthOptions {
  const kind = env.EWS_AUTH
  if (kind === 'oauth') return oauthOf(env, report)
  if (isExchangeOnline(env.EWS_URL)) report('EWS_AUTH', 'Exchange Online takes only oauth')
  const username = needed(env, 'EWS_USERNAME', report)
  const password = secretSource(needed(env, 'EWS_PASSWORD', report), env.EWS_PASSWORD_FILE)
  if (kind === 'basic') return { kind, username, password }
  const channelBinding = env.EWS_CHANNEL_BINDING
  if (channelBinding === 'on' && !env.EWS_URL.startsWith('https:')) {
    report('EWS_CHANNEL_BINDING', 'there is nothing to bind to without https in EWS_URL')
  }
  return { kind, username, password, channelBinding }
}

function oauthOf(env: ExchangeVariables, report: Report): AuthOptions {
  const certificate = certificateFile(env, ['EWS_OAUTH_CERT_FILE', 'EWS_OAUTH_CERT_PASSWORD'], report, true)
  const secret = env.EWS_OAUTH_CLIENT_SECRET
  if (certificate && secret) report('EWS_OAUTH_CERT_FILE', 'give it or EWS_OAUTH_CLIENT_SECRET, not both')
  const expires = env.EWS_OAUTH_CLIENT_SECRET_EXPIRES
  const endMs = expires === undefined ? undefined : Date.parse(expires)
  if (certificate && expires)
    report('EWS_OAUTH_CLIENT_SECRET_EXPIRES', 'a certificate tells its end itself: leave this out')
  return {
    kind: 'oauth',
    authority: needed(env, 'EWS_OAUTH_AUTHORITY', report),
    clientId: needed(env, 'EWS_OAUTH_CLIENT_ID', report),
    scope: env.EWS_OAUTH_SCOPE,
    proof: certificate
      ? { certificate }
      : {
          secret: secretSource(
            needed(env, 'EWS_OAUTH_CLIENT_SECRET', report),
            env.EWS_OAUTH_CLIENT_SECRET_FILE,
          ),
          ...(endMs !== undefined && { endMs }),
        },
  }
}

function needed(env: ExchangeVariables, name: Name, report: Report): string {
  const value = env[name]
  if (typeof value === 'string') return value
  report(name, `is needed with EWS_AUTH=${env.EWS_AUTH}`)
  return ''
}

/** The file counts, since it may change. */
function secretSource(value: string, file: string | undefined): SecretSource {
  return file === undefined ? value : { file }
}

function certificateFile(
  env: ExchangeVariables,
  [fileName, passwordName]: readonly [Name, Name],
  report: Report,
  needsKey = false,
): CertificateFile | undefined {
  const [file, password] = [env[fileName], env[passwordName]]
  if (typeof file !== 'string') return undefined
  const secret = typeof password === 'string' ? password : undefined
  try {
    const { keys } = readKeystore(readFileSync(file), secret)
    if (needsKey && keys.length === 0) report(fileName, 'there is no private key in it')
  } catch (error) {
    report(fileName, whyUnusable(error, passwordName))
  }
  return { file, ...(secret !== undefined && { password: secret }) }
}
