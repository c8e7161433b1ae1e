import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import {
  commonVariables,
  flag,
  list,
  parseConfig,
  port,
  secret,
  settingConfig,
  settingVariables,
} from '@lockstep/runtime'
import { z } from 'zod'
import { listenerConfig } from './listener/listener-config.ts'
import { listenerVariables } from './listener/listener-variables.ts'

const { EWS_URL, ...otherExchangeVariables } = exchangeVariables

export const variables = z.object({
  ...commonVariables,
  INGRESS_PORT: port.default(8080).describe('Where applications and Exchange reach the ingress.'),
  ...listenerVariables,
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
  EWS_URL: EWS_URL.optional(),
  ...otherExchangeVariables,
})

const schema = variables.transform(({ EWS_URL: url, ...env }, context) => ({
  redisUrl: env.REDIS_URL,
  prefix: env.KEY_PREFIX,
  logLevel: env.LOG_LEVEL,
  port: env.INGRESS_PORT,
  host: env.BIND_ADDRESS,
  listener: listenerConfig(env, context),
  apiKeys: env.PRODUCER_API_KEYS.split(',').map((key) => key.trim()),
  mailboxes: env.MAILBOXES,
  refusePersonal: env.REFUSE_PERSONAL,
  settingDefaults: settingConfig(env),
  /** Only read from, for applications that ask for changes at `GET /v1/changes`. */
  exchange:
    url !== undefined
      ? { ...exchangeConfig({ ...env, EWS_URL: url }, context), userAgent: 'Lockstep' }
      : undefined,
}))

export type Config = z.infer<typeof schema>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return parseConfig(schema, env)
}
