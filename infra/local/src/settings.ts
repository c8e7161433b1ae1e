import { join } from 'node:path'
import { commonVariables, ConfigError, parseConfig } from '@lockstep/runtime'
import { z } from 'zod'

const port = z.coerce.number('expected a port number').int().min(1).max(65_535)

export const variables = z.object({
  REDIS_URL: commonVariables.REDIS_URL.optional().describe('A Redis to use instead of one of its own.'),
  LOCKSTEP_DATA_DIR: z
    .string()
    .optional()
    .describe(
      'Where everything is kept: Redis, calendars, keys, logs. `.lockstep` in the repository if not set.',
    ),
  INGRESS_PORT: port.default(8080).describe('The API, and what Exchange calls.'),
  SAMPLE_APPLICATION_PORT: port.default(8081).describe('The page with both calendars.'),
  OUTBOUND_WORKER_PORT: port.default(8083).describe('Probes and metrics.'),
  INBOUND_WORKER_PORT: port.default(8084).describe('Probes and metrics.'),
  SIMULATOR_PORT: port.default(8090).describe('The EWS endpoint.'),
  SIMULATOR_CONTROL_PORT: port
    .default(8091)
    .describe('What does in the simulator as a user does in Outlook.'),
})

const schema = variables.transform(({ REDIS_URL, LOCKSTEP_DATA_DIR, ...ports }) => ({
  redisUrl: REDIS_URL,
  folder: LOCKSTEP_DATA_DIR,
  ports,
}))

export type Ports = z.output<typeof schema>['ports']
export type Settings = { redisUrl: string | undefined; folder: string; ports: Ports }

/** What the environment says about the demo as a whole. */
export function readSettings(env: NodeJS.ProcessEnv, root: string): Settings {
  const { redisUrl, folder = join(root, '.lockstep'), ports } = parseConfig(schema, env)

  const taken = new Map<number, string>()
  for (const [variable, number] of Object.entries(ports)) {
    const other = taken.get(number)
    if (other)
      throw new ConfigError(`${other} and ${variable} are both ${number}. Set one of them to another port.`)
    taken.set(number, variable)
  }
  return { redisUrl, folder, ports }
}
