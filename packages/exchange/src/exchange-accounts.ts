import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { AuthOptions } from './ews/create-sender.ts'
import { exchangeVariables, type ExchangeVariables } from './exchange-variables.ts'

/** One of several accounts, and how many calls of it may be in flight. */
export type AccountConfig = {
  readonly name: string
  readonly auth: AuthOptions
  readonly maxInFlight: number
}

const own = [
  'EWS_USERNAME',
  'EWS_PASSWORD',
  'EWS_PASSWORD_FILE',
  'EWS_OAUTH_CLIENT_ID',
  'EWS_OAUTH_CLIENT_SECRET',
  'EWS_OAUTH_CLIENT_SECRET_FILE',
  'EWS_OAUTH_CLIENT_SECRET_EXPIRES',
  'EWS_OAUTH_CERT_FILE',
  'EWS_OAUTH_CERT_PASSWORD',
  'EWS_MAX_IN_FLIGHT',
] as const
const secrets = ['EWS_PASSWORD', 'EWS_OAUTH_CLIENT_SECRET'] as const
const end = 'EWS_OAUTH_CLIENT_SECRET_EXPIRES'

const names = z.record(
  z.string().regex(/^[\w-]{1,32}$/, 'name accounts with letters, digits, dashes and underscores'),
  z.record(z.string(), z.union([z.string().min(1), z.number()])),
)

type Name = keyof ExchangeVariables
type Report = (name: Name, message: string) => void

/** The accounts of `EWS_ACCOUNTS`: what one leaves out comes from the connection. */
export function accountsOf(
  env: ExchangeVariables,
  authOf: (env: ExchangeVariables, report: Report) => AuthOptions,
  report: Report,
): readonly AccountConfig[] | undefined {
  if (env.EWS_ACCOUNTS === undefined) return undefined
  const parsed = names.safeParse(jsonIn(env.EWS_ACCOUNTS))
  if (!parsed.success || Object.keys(parsed.data).length === 0) {
    report('EWS_ACCOUNTS', 'expected { "<name>": { "EWS_USERNAME": "…", "EWS_PASSWORD_FILE": "…" }, … }')
    return undefined
  }
  return Object.entries(parsed.data).map(([name, given]) => {
    const tell: Report = (variable, message) => report('EWS_ACCOUNTS', `${name}: ${variable}: ${message}`)
    const account = environmentOf(env, given, tell)
    return { name, auth: authOf(account, tell), maxInFlight: account.EWS_MAX_IN_FLIGHT }
  })
}

function environmentOf(
  env: ExchangeVariables,
  given: Readonly<Record<string, string | number>>,
  report: Report,
): ExchangeVariables {
  for (const name of Object.keys(given)) {
    if (!own.some((each) => each === name)) report(name as Name, `is none of ${own.join(', ')}`)
  }
  const account: ExchangeVariables = Object.assign({}, env, given)
  if (given['EWS_MAX_IN_FLIGHT'] !== undefined) {
    const count = exchangeVariables.EWS_MAX_IN_FLIGHT.safeParse(given['EWS_MAX_IN_FLIGHT'])
    if (count.success) account.EWS_MAX_IN_FLIGHT = count.data
    else report('EWS_MAX_IN_FLIGHT', 'expected a number of calls')
  }
  for (const name of secrets) {
    const file = given[`${name}_FILE`]
    if (typeof file === 'string')
      account[name] = contentOf(file, () => report(`${name}_FILE`, 'cannot be read'))
    else if (name in given) delete account[`${name}_FILE`]
  }
  setEnd(account, given, report)
  return account
}

/** The end of the connection's client secret says nothing about another one. */
function setEnd(
  account: ExchangeVariables,
  given: Readonly<Record<string, string | number>>,
  report: Report,
): void {
  const hasSecret = 'EWS_OAUTH_CLIENT_SECRET' in given || 'EWS_OAUTH_CLIENT_SECRET_FILE' in given
  if (hasSecret && !(end in given)) delete account[end]
  const expires = exchangeVariables[end].safeParse(account[end])
  if (!expires.success) report(end, expires.error.issues[0]!.message)
}

/** Only to see that it is there: the newest content counts. */
function contentOf(path: string, onFailure: () => void): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    onFailure()
    return '-'
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
