import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import {
  brakeConfig,
  brakeVariables,
  commonVariables,
  flag,
  oscillationConfig,
  oscillationVariables,
  parseConfig,
  port,
  seconds,
  secret,
  settingConfig,
  settingVariables,
} from '@lockstep/runtime'
import { z } from 'zod'

export const variables = z.object({
  ...commonVariables,
  ...exchangeVariables,
  OUTBOUND_WORKER_PORT: port
    .default(8083)
    .describe('Where the outbound worker answers probes and serves metrics.'),
  FINGERPRINT_KEY: secret().describe(
    'The deployment key of the fingerprints that are kept of appointments. The same for all workers; a new one makes every appointment look changed.',
  ),
  ...settingVariables,
  MAIL_BUDGET_PER_HOUR: z.coerce
    .number()
    .int()
    .positive()
    .default(200)
    .describe(
      'Recipients that are mailed for one mailbox in an hour. What would mail more waits for the next hour.',
    ),
  ...brakeVariables,
  ...oscillationVariables,
  REFUSE_PERSONAL: flag
    .default(false)
    .describe('`true`: items of sensitivity personal do not cross, like private ones.'),
  LATE_CALL_SECONDS: seconds
    .default(120_000)
    .describe(
      'How long after it was sent a call whose answer was lost may still have its effect at Exchange.',
    ),
  OUTBOUND_CONCURRENCY: z.coerce
    .number()
    .int()
    .positive()
    .default(8)
    .describe('Mailboxes at a time in one outbound worker.'),
})

const schema = variables.transform((env, context) => ({
  redisUrl: env.REDIS_URL,
  prefix: env.KEY_PREFIX,
  logLevel: env.LOG_LEVEL,
  probes: { port: env.OUTBOUND_WORKER_PORT, host: env.BIND_ADDRESS },
  exchange: { ...exchangeConfig(env, context), userAgent: 'Lockstep' },
  fingerprintKey: env.FINGERPRINT_KEY,
  settings: {
    lateCallMs: env.LATE_CALL_SECONDS,
    mailBudget: env.MAIL_BUDGET_PER_HOUR,
    brake: brakeConfig(env),
    oscillation: oscillationConfig(env),
    refusePersonal: env.REFUSE_PERSONAL,
  },
  settingDefaults: settingConfig(env),
  concurrency: env.OUTBOUND_CONCURRENCY,
  slice: { sliceMs: 5_000, leaseMs: 10_000, batch: 50 },
  sweepEveryMs: 1_000,
}))

export type Config = z.infer<typeof schema>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return parseConfig(schema, env)
}
