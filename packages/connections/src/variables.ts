import { commonVariables, list } from '@lockstep/runtime'
import { z } from 'zod'

/** Variables of every process that serves connections. Spread them into the service's own schema. */
export const deploymentVariables = {
  ...commonVariables,
  CONNECTIONS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A file (JSON) with several connections to Exchange: see [connecting.md](connecting.md#several-connections). Changes are taken up without a restart. Without it there is one, named `default`, made of the variables below.',
    ),
  CONNECTIONS: list
    .optional()
    .describe(
      'The connections of `CONNECTIONS_FILE` that this process serves, separated by commas: at most about ten. All of them if not set.',
    ),
  REDIS_WAIT_REPLICAS: z.coerce
    .number('expected a number')
    .int()
    .min(0)
    .default(0)
    .describe(
      'So many replicas of Redis have to hold an event before it is accepted. 503 if they do not within a second.',
    ),
}

/** What a connection may say of itself; a test compares this with what the services read. */
const plain = [
  'APPLICATION_WEBHOOK_URL',
  'BACKFILL_DAYS',
  'BRAKE_DELETES',
  'BRAKE_PERCENT',
  'BRAKE_WINDOW_SECONDS',
  'BREAKER_ERROR_PERCENTAGE',
  'BREAKER_MINIMUM_CALLS',
  'BREAKER_PROBE_SECONDS',
  'BREAKER_WINDOW_SECONDS',
  'CONFLICT_POLICY',
  'CONFLICT_KEEP_HOURS',
  'EWS_ACCOUNT_MOVE_SECONDS',
  'EWS_AUTH',
  'EWS_CA_FILE',
  'EWS_CHANNEL_BINDING',
  'EWS_CLIENT_CERT_FILE',
  'EWS_MAX_ANSWER_MB',
  'EWS_MAX_IN_FLIGHT',
  'EWS_OAUTH_AUTHORITY',
  'EWS_OAUTH_CERT_FILE',
  'EWS_OAUTH_CLIENT_ID',
  'EWS_OAUTH_CLIENT_SECRET_EXPIRES',
  'EWS_OAUTH_CLIENT_SECRET_FILE',
  'EWS_OAUTH_SCOPE',
  'EWS_PASSWORD_FILE',
  'EWS_TIMEOUT_SECONDS',
  'EWS_URL',
  'EWS_USERNAME',
  'EWS_WAIT_SECONDS',
  'FORGET_SECONDS',
  'INBOUND_CONCURRENCY',
  'INGRESS_PUBLIC_URL',
  'LATE_CALL_SECONDS',
  'MAIL_BUDGET_PER_HOUR',
  'MAILBOXES',
  'MUTE',
  'NO_PROXY',
  'NOTIFICATION_ENDPOINTS_FILE',
  'NOTIFICATION_SOURCES',
  'NOTIFICATIONS',
  'OSCILLATION_CROSSINGS',
  'OSCILLATION_SECONDS',
  'OUTBOUND_CONCURRENCY',
  'POLL_SECONDS',
  'COMPARE_SECONDS',
  'REFUSE_PERSONAL',
  'REBUILD_CREATE',
  'REBUILD_WAIT_SECONDS',
  'REPAIR_HOURS',
  'STALE_SECONDS',
  'STATUS_FREQUENCY_MINUTES',
] as const

/** Those that may also be given as `NAME_FILE`. */
const secret = [
  'APPLICATION_WEBHOOK_SECRET',
  'EWS_ACCOUNTS',
  'EWS_CA_PASSWORD',
  'EWS_CLIENT_CERT_PASSWORD',
  'EWS_OAUTH_CERT_PASSWORD',
  'EWS_OAUTH_CLIENT_SECRET',
  'EWS_PASSWORD',
  'EWS_PROXY_URL',
  'FINGERPRINT_KEY',
  'PRODUCER_API_KEYS',
] as const

export const connectionVariableNames: readonly string[] = [...plain, ...secret]

const secrets: ReadonlySet<string> = new Set(secret)
const known = new Set([...connectionVariableNames, ...secret.map((name) => `${name}_FILE`)])

/** Whether a connection may set this variable. All others belong to the process. */
export function isConnectionVariable(name: string): boolean {
  return known.has(name)
}

/** The other name of a variable that is given either way: whoever sets one, sets both. */
export function otherFormOf(name: string): string | undefined {
  if (secrets.has(name)) return `${name}_FILE`
  const value = name.replace(/_FILE$/, '')
  return value !== name && secrets.has(value) ? value : undefined
}

/** Whether the value of a variable comes from a file that it names. */
export function isFileVariable(name: string): boolean {
  return name.endsWith('_FILE') && known.has(name)
}
