import { commonVariables, list, parseConfig, port, secret } from '@lockstep/runtime'
import { z } from 'zod'

const url = z.url({ protocol: /^https?$/ })

export const variables = z.object({
  LOG_LEVEL: commonVariables.LOG_LEVEL,
  BIND_ADDRESS: commonVariables.BIND_ADDRESS,
  SAMPLE_APPLICATION_PORT: port.default(8081).describe('Where the page and the REST interface are served.'),
  SAMPLE_APPLICATION_DATA_DIR: z
    .string()
    .optional()
    .describe('The directory of the database. In memory when not set.'),
  MAILBOXES: list
    .default(['alice@contoso.example', 'bob@contoso.example', 'carol@contoso.example'])
    .describe('The mailboxes that the page offers, separated by commas.'),
  LOCKSTEP_URL: url.default('http://127.0.0.1:8080').describe('Where Lockstep takes events.'),
  LOCKSTEP_API_KEY: secret().describe('The key that Lockstep knows this application by.'),
  APPLICATION_WEBHOOK_SECRET: secret().describe(
    'What Lockstep signs changes with. Two, separated by a comma, while one replaces the other.',
  ),
  SIMULATOR_CONTROL_URL: z
    .union([z.literal('none'), url])
    .default('http://127.0.0.1:8091')
    .describe("The simulator's control interface, for the page's Exchange calendar. `none`: there is none."),
})

const schema = variables.transform((env) => ({
  logLevel: env.LOG_LEVEL,
  host: env.BIND_ADDRESS,
  port: env.SAMPLE_APPLICATION_PORT,
  dataDir: env.SAMPLE_APPLICATION_DATA_DIR,
  mailboxes: env.MAILBOXES,
  lockstep: {
    url: env.LOCKSTEP_URL,
    apiKey: env.LOCKSTEP_API_KEY,
    secrets: env.APPLICATION_WEBHOOK_SECRET.split(',').map((entry) => entry.trim()),
  },
  simulatorUrl: env.SIMULATOR_CONTROL_URL === 'none' ? undefined : env.SIMULATOR_CONTROL_URL,
}))

export type Config = z.output<typeof schema>

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return parseConfig(schema, env)
}
