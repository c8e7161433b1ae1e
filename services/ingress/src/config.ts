import { type Deployment, deploymentVariables, loadDeployment } from '@lockstep/connections'
import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import {
  flag,
  list,
  mailBudgetVariables,
  port,
  secret,
  settingConfig,
  settingVariables,
} from '@lockstep/runtime'
import { z } from 'zod'
import { listenerConfig, sourceConfig } from './listener/listener-config.ts'
import { listenerVariables, sourceVariables } from './listener/listener-variables.ts'

const { EWS_URL, ...otherExchangeVariables } = exchangeVariables

const serviceVariables = z.object({
  ...deploymentVariables,
  INGRESS_PORT: port.default(8080).describe('Where applications and Exchange reach the ingress.'),
  ...listenerVariables,
})

export const connectionVariables = z.object({
  ...sourceVariables,
  PRODUCER_API_KEYS: secret()
    .regex(/^[^,\s]+(\s*,\s*[^,\s]+)*$/, 'expected keys separated by commas')
    .describe(
      'What applications send as `Authorization: Bearer …`. Several, separated by commas, while one is replaced.',
    ),
  MAILBOXES: list.default([]).describe('Mailboxes that are enabled at start, by primary SMTP address.'),
  REFUSE_PERSONAL: flag
    .default(false)
    .describe('`true`: items of sensitivity personal do not cross, like private ones.'),
  ...settingVariables,
  ...mailBudgetVariables,
  FINGERPRINT_KEY: secret()
    .optional()
    .describe(
      'The same as of the workers. Without it the values of conflicts can be neither read nor reversed.',
    ),
  EWS_URL: EWS_URL.optional(),
  ...otherExchangeVariables,
})

/** All that the ingress reads. */
export const variables = serviceVariables.extend(connectionVariables.shape)

const service = serviceVariables.transform((env, context) => ({
  redisUrl: env.REDIS_URL,
  prefix: env.KEY_PREFIX,
  waitReplicas: env.REDIS_WAIT_REPLICAS,
  logLevel: env.LOG_LEVEL,
  port: env.INGRESS_PORT,
  host: env.BIND_ADDRESS,
  listener: listenerConfig(env, context),
}))

const connection = connectionVariables.transform(({ EWS_URL: url, ...env }, context) => ({
  apiKeys: env.PRODUCER_API_KEYS.split(',').map((key) => key.trim()),
  mailboxes: env.MAILBOXES,
  sources: sourceConfig(env, context),
  refusePersonal: env.REFUSE_PERSONAL,
  settingDefaults: settingConfig(env),
  mailBudget: env.MAIL_BUDGET_PER_HOUR,
  fingerprintKey: env.FINGERPRINT_KEY,
  /** For applications that ask for changes at `GET /v1/changes`, and for conflicts. */
  exchange:
    url !== undefined
      ? { ...exchangeConfig({ ...env, EWS_URL: url }, context), userAgent: 'Lockstep' }
      : undefined,
}))

export type ServiceConfig = z.output<typeof service>
/** What the ingress has to know of each connection. */
export type ConnectionConfig = z.output<typeof connection>
export type Config = Deployment<ServiceConfig, ConnectionConfig>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return loadDeployment({ service, connection }, env)
}
