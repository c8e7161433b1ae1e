import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import { commonVariables, list, parseConfig } from '@lockstep/runtime'
import { z } from 'zod'

/** The same as the workers read, so that what is examined is what they use. */
export const variables = z.object({
  ...commonVariables,
  ...exchangeVariables,
  MAILBOXES: list.default([]).describe('Mailboxes that are enabled at start, by primary SMTP address.'),
  NOTIFICATIONS: z.enum(['push', 'streaming', 'poll']).default('push'),
  INGRESS_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
})

const schema = variables.transform((env, context) => ({
  redisUrl: env.REDIS_URL,
  prefix: env.KEY_PREFIX,
  exchange: { ...exchangeConfig(env, context), userAgent: 'Lockstep' },
  mailboxes: env.MAILBOXES,
  notifications: { kind: env.NOTIFICATIONS, publicUrl: env.INGRESS_PUBLIC_URL },
}))

export type Config = z.infer<typeof schema>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return parseConfig(schema, env)
}
