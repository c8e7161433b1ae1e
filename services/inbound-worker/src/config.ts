import { type Deployment, deploymentVariables, loadDeployment } from '@lockstep/connections'
import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import {
  brakeConfig,
  brakeVariables,
  fingerprintVariables,
  flag,
  list,
  oscillationConfig,
  oscillationVariables,
  port,
  rebuildVariables,
  seconds,
} from '@lockstep/runtime'
import { z } from 'zod'

const serviceVariables = z.object({
  ...deploymentVariables,
  INBOUND_WORKER_PORT: port
    .default(8084)
    .describe('Where the inbound worker answers probes and serves metrics.'),
})

export const connectionVariables = z.object({
  ...exchangeVariables,
  ...fingerprintVariables,
  MAILBOXES: list.default([]).describe('Mailboxes that are enabled at start, by primary SMTP address.'),
  NOTIFICATIONS: z
    .enum(['push', 'streaming', 'poll'])
    .default('push')
    .describe(
      'How changes are heard of at best. `push`: Exchange calls the ingress. `streaming`: over connections that are kept open to Exchange, so that nothing has to come in. `poll`: mailboxes are compared every `POLL_SECONDS`. A mailbox for which a way does not work takes the next one until it does.',
    ),
  INGRESS_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where Exchange reaches the ingress. Needed for push notifications.'),
  STATUS_FREQUENCY_MINUTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_440)
    .default(1)
    .describe(
      'With `push`: how often Exchange gives a sign of life. After twice the time without one a mailbox is subscribed anew, and heard of by the next way meanwhile.',
    ),
  POLL_SECONDS: seconds
    .default(30_000)
    .describe('How often a mailbox is compared whose changes are not heard of.'),
  COMPARE_SECONDS: seconds
    .optional()
    .describe(
      'How often a mailbox is compared all the same while its changes are heard of. Without it 45 s with streaming, and with push one and a half times `STATUS_FREQUENCY_MINUTES`, but at most 5 minutes.',
    ),
  APPLICATION_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where changes are posted to. Without it they are entered in the feed at GET /v1/changes.'),
  APPLICATION_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_[\w+/=-]+(,\s*whsec_[\w+/=-]+)?$/,
      'expected whsec_ and Base64, or two of them while one is being replaced',
    )
    .meta({ secret: true })
    .optional()
    .describe(
      'Signs the changes (Standard Webhooks). Two, separated by a comma, while one is being replaced.',
    ),
  ...brakeVariables,
  ...oscillationVariables,
  ...rebuildVariables,
  REFUSE_PERSONAL: flag
    .default(false)
    .describe('`true`: items of sensitivity personal do not cross, like private ones.'),
  STALE_SECONDS: seconds
    .default(300_000)
    .describe(
      'A mailbox that was not current for so long counts in the metric `lockstep_mailboxes_stale`. Longer than mailboxes are compared at the latest.',
    ),
  REPAIR_HOURS: z.coerce
    .number()
    .positive()
    .default(24)
    .describe('How often the whole calendar of a mailbox is compared with what is known of it.'),
  FORGET_SECONDS: seconds
    .default(30_000)
    .describe(
      'After this time a forgotten mailbox is erased once more, for what was in hand. Longer than any worker is at it.',
    ),
  BACKFILL_DAYS: z.coerce
    .number()
    .min(0)
    .default(1)
    .describe(
      'Appointments that ended earlier than so many days before their mailbox was enabled are not told.',
    ),
  INBOUND_CONCURRENCY: z.coerce
    .number()
    .int()
    .positive()
    .default(8)
    .describe('Mailboxes at a time in one inbound worker, for each of its queues.'),
})

/** All that the inbound worker reads. */
export const variables = serviceVariables.extend(connectionVariables.shape)

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const service = serviceVariables.transform((env) => ({
  redisUrl: env.REDIS_URL,
  prefix: env.KEY_PREFIX,
  waitReplicas: env.REDIS_WAIT_REPLICAS,
  logLevel: env.LOG_LEVEL,
  probes: { port: env.INBOUND_WORKER_PORT, host: env.BIND_ADDRESS },
}))

function hearingConfig(env: z.output<typeof connectionVariables>) {
  const { NOTIFICATIONS: best, STATUS_FREQUENCY_MINUTES: statusFrequencyMinutes } = env
  const whilePushed = Math.min(1.5 * statusFrequencyMinutes, 5) * minuteMs
  return {
    best,
    ...(best === 'push' && {
      push: { publicUrl: env.INGRESS_PUBLIC_URL!, statusFrequencyMinutes, minuteMs },
    }),
    streams: best !== 'poll',
    compareEveryMs: {
      push: env.COMPARE_SECONDS ?? whilePushed,
      streaming: env.COMPARE_SECONDS ?? 45_000,
      poll: env.POLL_SECONDS,
    },
    listening: { leaseMs: 5_000, everyMs: 1_000 },
  }
}

const connection = connectionVariables
  .refine((env) => env.NOTIFICATIONS !== 'push' || env.INGRESS_PUBLIC_URL, {
    path: ['INGRESS_PUBLIC_URL'],
    message: 'set it to the address at which Exchange reaches the ingress, or set NOTIFICATIONS=streaming',
  })
  .refine((env) => !env.APPLICATION_WEBHOOK_URL || env.APPLICATION_WEBHOOK_SECRET, {
    path: ['APPLICATION_WEBHOOK_SECRET'],
    message: 'set it, so that the application can tell our changes from forged ones',
  })
  .transform((env, context) => ({
    exchange: { ...exchangeConfig(env, context), userAgent: 'Lockstep' },
    fingerprintKey: env.FINGERPRINT_KEY,
    mailboxes: env.MAILBOXES,
    refusePersonal: env.REFUSE_PERSONAL,
    hearing: hearingConfig(env),
    webhook: env.APPLICATION_WEBHOOK_URL
      ? {
          url: env.APPLICATION_WEBHOOK_URL,
          secrets: env.APPLICATION_WEBHOOK_SECRET!.split(',').map((secret) => secret.trim()),
          timeoutMs: 10_000,
        }
      : undefined,
    concurrency: env.INBOUND_CONCURRENCY,
    sync: {
      sliceMs: 5_000,
      refusedMs: 60_000,
      repairEveryMs: env.REPAIR_HOURS * hourMs,
      rebuildWaitMs: env.REBUILD_WAIT_SECONDS,
    },
    deliveries: {
      sliceMs: 5_000,
      leaseMs: 15_000,
      batch: 50,
      holdBack: { brake: brakeConfig(env), oscillation: oscillationConfig(env) },
    },
    tell: { backfillMs: env.BACKFILL_DAYS * dayMs, newerVersionMs: 30_000 },
    enabling: { parallel: 20, everyMs: 1_000, leaseMs: 10_000, waitMs: 30_000 },
    forgetMs: env.FORGET_SECONDS,
    staleMs: env.STALE_SECONDS,
  }))

export type ServiceConfig = z.output<typeof service>
/** What the inbound worker has to know of each connection. */
export type ConnectionConfig = z.output<typeof connection>
export type Config = Deployment<ServiceConfig, ConnectionConfig>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return loadDeployment({ service, connection }, env)
}
