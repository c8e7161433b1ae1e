import { z } from 'zod'
import { withSecretFiles } from './secret-files.ts'
import { secretNames } from './variables.ts'

/** Raised at start-up with every problem at once, so that nobody fixes variables one restart at a time. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Tells whoever started the process that starting it again cannot help (sysexits.h: EX_CONFIG). */
export const CONFIG_ERROR_EXIT_CODE = 78

/** What an environment says, or all that is wrong with it, a line for each problem. */
export type Read<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * Reads the environment. A variable that is empty counts as not set. Variables made with `secret()` may come
 * from a file (`NAME_FILE`). Messages show the values of variables, but never those of secret ones.
 * @throws {ConfigError}
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): z.output<Schema> {
  const read = readConfig(schema, env)
  if (read.ok) return read.config
  throw new ConfigError(`The environment is not usable:\n${indented(read.problems)}`)
}

/** The same without throwing, for whoever has more to read before telling what is wrong. */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Read<z.output<Schema>> {
  const secrets = secretNames(schema)
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const files = withSecretFiles(given, secrets)

  const result = schema.safeParse(files.env)
  if (result.success && files.problems.length === 0) return { ok: true, config: result.data }

  const unread = new Set(files.problems.map((problem) => problem.split(/_FILE|:/)[0]))
  const issues = result.error?.issues.filter((issue) => !unread.has(String(issue.path[0]))) ?? []
  return {
    ok: false,
    problems: [...files.problems, ...issues.map((issue) => explain(issue, files.env, secrets))],
  }
}

export function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}

function explain(issue: z.core.$ZodIssue, env: NodeJS.ProcessEnv, secrets: readonly string[]): string {
  const name = issue.path.join('.')
  const value = env[name]
  if (name === '') return issue.message
  if (value === undefined)
    return secrets.includes(name) ? `${name}: set it or ${name}_FILE` : `${name}: is not set`
  return secrets.includes(name) ? `${name}: ${issue.message}` : `${name}: ${issue.message} (is "${value}")`
}

/**
 * From here on a ConfigError that nobody catches ends the process with its message alone, and with an exit
 * code that tells a supervisor not to try again. The first line of every `main.ts`.
 */
export function exitOnConfigError(): void {
  process.on('uncaughtException', (error) => {
    const expected = error instanceof ConfigError
    process.stderr.write(`${expected ? error.message : (error.stack ?? String(error))}\n`)
    process.exit(expected ? CONFIG_ERROR_EXIT_CODE : 1)
  })
}

const redisAddresses = /^rediss?:\/\/[^,\s]+(,rediss?:\/\/[^,\s]+)*$/

/** Variables that every service reads. Spread them into the service's own schema. */
export const commonVariables = {
  REDIS_URL: z
    .string()
    .regex(redisAddresses, 'expected redis://host:port or rediss://host:port')
    .meta({ secret: true })
    .describe(
      'Where the queues and the ledger live. `rediss:` for TLS. Several addresses separated by commas, or ' +
        '`?cluster=true` after one, mean a Redis Cluster.',
    ),
  KEY_PREFIX: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, dot, dash and underscore only')
    .default('lockstep')
    .describe('First part of every Redis key.'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('The least important lines to log.'),
  BIND_ADDRESS: z
    .string()
    .default('127.0.0.1')
    .describe('The address that HTTP ports listen on. `0.0.0.0` in a container.'),
}
