import { type Deployment, deploymentVariables, loadDeployment } from '@lockstep/connections'
import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import { list } from '@lockstep/runtime'
import { z } from 'zod'

/** The same as the workers read, so that what is examined is what they use. */
const serviceVariables = z.object(deploymentVariables)
const connectionVariables = z.object({
  ...exchangeVariables,
  MAILBOXES: list.default([]),
  NOTIFICATIONS: z.enum(['push', 'streaming', 'poll']).default('push'),
  INGRESS_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
})

const service = serviceVariables.transform((env) => ({ redisUrl: env.REDIS_URL, prefix: env.KEY_PREFIX }))

const connection = connectionVariables.transform((env, context) => ({
  exchange: { ...exchangeConfig(env, context), userAgent: 'Lockstep' },
  mailboxes: env.MAILBOXES,
  notifications: { kind: env.NOTIFICATIONS, publicUrl: env.INGRESS_PUBLIC_URL },
}))

export type ConnectionConfig = z.output<typeof connection>
export type Config = Deployment<z.output<typeof service>, ConnectionConfig>

/** @throws {ConfigError} */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return loadDeployment({ service, connection }, env)
}
