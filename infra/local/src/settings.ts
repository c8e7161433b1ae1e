import { join } from 'node:path'
import { commonVariables, ConfigError, parseConfig } from '@lockstep/runtime'
import { z } from 'zod'

const port = z.coerce.number('expected a port number').int().min(1).max(65_535)

const schema = z
  .object({
    REDIS_URL: commonVariables.REDIS_URL.optional(),
    LOCKSTEP_DATA_DIR: z.string().optional().describe('Where the demo keeps everything.'),
    INGRESS_PORT: port.default(8080),
    SAMPLE_APPLICATION_PORT: port.default(8081),
    OUTBOUND_WORKER_PORT: port.default(8083),
    INBOUND_WORKER_PORT: port.default(8084),
    SIMULATOR_PORT: port.default(8090),
    SIMULATOR_CONTROL_PORT: port.default(8091),
  })
  .transform(({ REDIS_URL, LOCKSTEP_DATA_DIR, ...ports }) => ({
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
