import { type Deployment, deploymentVariables, loadDeployment } from '@lockstep/connections'
import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import {
  brakeConfig,
  brakeVariables,
  fingerprintVariables,
  flag,
  mailBudgetVariables,
  oscillationConfig,
  oscillationVariables,
  port,
  rebuildVariables,
  seconds,
  settingConfig,
  settingVariables,
} from '@lockstep/runtime'
import { z } from 'zod'

const serviceVariables = z.object({
  ...deploymentVariables,
  OUTBOUND_WORKER_PORT: port
    .default(8083)
    .describe('Where the outbound worker answers probes and serves metrics.'),
})

export const connectionVariables = z.object({
  ...exchangeVariables,
  ...fingerprintVariables,
  ...settingVariables,
  ...mailBudgetVariables,
  CONFLICT_KEEP_HOURS: z.coerce
    .number()
    .min(0)
    .max(720)
    .default(24)
    .describe(
      'How long what lost a conflict is kept, sealed with a key made of FINGERPRINT_KEY, so that people can read both values and choose the other one. 0: not at all.',
    ),
  ...brakeVariables,
  ...oscillationVariables,
  ...rebuildVariables,
  REFUSE_PERSONAL: flag
    .default(false)
    .describe('`true`: items of sensitivity personal do not cross, like private ones.'),
  REBUILD_CREATE: z
    .enum(['confirm', 'create'])
    .default('confirm')
    .describe(
      'After a loss of Redis: what an application sends that had an item, and has none, is listed as unconfirmed until somebody decides, or created.',
    ),
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

/** All that the outbound worker reads. */
export const variables = serviceVariables.extend(connectionVariables.shape)

const hourMs = 3_600_000

/** After this time the appointments of a worker that died are due again. */
const leaseMs = 10_000

const service = serviceVariables.transform((env) => ({
  redisUrl: env.REDIS_URL,
  prefix: env.KEY_PREFIX,
  waitReplicas: env.REDIS_WAIT_REPLICAS,
  logLevel: env.LOG_LEVEL,
  probes: { port: env.OUTBOUND_WORKER_PORT, host: env.BIND_ADDRESS },
}))

const connection = connectionVariables.transform((env, context) => ({
  exchange: { ...exchangeConfig(env, context), userAgent: 'Lockstep' },
  fingerprintKey: env.FINGERPRINT_KEY,
  settings: {
    leaseMs,
    lateCallMs: env.LATE_CALL_SECONDS,
    mailBudget: env.MAIL_BUDGET_PER_HOUR,
    brake: brakeConfig(env),
    oscillation: oscillationConfig(env),
    refusePersonal: env.REFUSE_PERSONAL,
    createsUnconfirmed: env.REBUILD_CREATE === 'create',
    rebuildWaitMs: env.REBUILD_WAIT_SECONDS,
  },
  conflictKeepMs: env.CONFLICT_KEEP_HOURS * hourMs,
  settingDefaults: settingConfig(env),
  concurrency: env.OUTBOUND_CONCURRENCY,
  slice: { sliceMs: 5_000, leaseMs, batch: 50 },
}))

export type ServiceConfig = z.output<typeof service>
/** What the outbound worker has to know of each connection. */
export type ConnectionConfig = z.output<typeof connection>
export type Config = Deployment<ServiceConfig, ConnectionConfig>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return loadDeployment({ service, connection }, env)
}
