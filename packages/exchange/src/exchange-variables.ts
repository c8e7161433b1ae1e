import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ExchangeConfig } from './create-exchange.ts'

const seconds = z.coerce
  .number('expected a number of seconds')
  .positive()
  .transform((value) => value * 1_000)
  .meta({ unit: 'seconds' })
const count = z.coerce.number('expected a number').int().positive()

/** The variables of a connection to Exchange. Spread them into a service's own schema. */
export const exchangeVariables = {
  EWS_URL: z
    .url({ protocol: /^https?$/, message: 'expected https://host/EWS/Exchange.asmx' })
    .describe('The EWS endpoint, such as `https://mail.example.com/EWS/Exchange.asmx`.'),
  EWS_AUTH: z.enum(['basic']).default('basic').describe('How the impersonation account proves who it is.'),
  EWS_USERNAME: z.string().min(1).describe('The impersonation account, as Exchange knows it.'),
  EWS_PASSWORD: z.string().min(1).meta({ secret: true }).describe("The impersonation account's password."),
  EWS_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A PEM file with the certificates to trust, where Exchange has one of a private authority.'),
  EWS_TIMEOUT_SECONDS: seconds
    .default(60_000)
    .describe('A call that takes longer is given up. Exchange itself gives up a batch after a minute.'),
  EWS_MAX_IN_FLIGHT: count
    .default(10)
    .describe(
      'Calls in flight of the impersonation account, over all processes. Microsoft advises at most 10.',
    ),
  EWS_WAIT_SECONDS: seconds
    .default(30_000)
    .describe('A call whose turn has not come after this long is postponed.'),
  BREAKER_ERROR_PERCENTAGE: z.coerce
    .number('expected a percentage')
    .min(1)
    .max(100)
    .default(50)
    .describe('The circuit opens if more than this part of the calls fails because Exchange is away.'),
  BREAKER_MINIMUM_CALLS: count
    .default(3)
    .describe('Fewer calls than this within the window never open the circuit.'),
  BREAKER_WINDOW_SECONDS: seconds.default(10_000).describe('How far back calls count.'),
  BREAKER_PROBE_SECONDS: seconds
    .default(2_000)
    .describe('How often an endpoint whose circuit is open is probed.'),
}

type Variables = z.output<z.ZodObject<typeof exchangeVariables>>

/** The variables as `createExchange` wants them. Reads the certificates. @throws if their file cannot be read */
export function exchangeConfig(env: Variables): Omit<ExchangeConfig, 'userAgent'> {
  return {
    url: env.EWS_URL,
    auth: { kind: env.EWS_AUTH, username: env.EWS_USERNAME, password: env.EWS_PASSWORD },
    ...(env.EWS_CA_FILE && { ca: readFileSync(env.EWS_CA_FILE, 'utf8') }),
    timeoutMs: env.EWS_TIMEOUT_SECONDS,
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
