import { environmentOf, readConnectionsFile } from '@lockstep/connections'
import { ConfigError, indented } from '@lockstep/runtime'
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { CommandError, exitCodes, type Terminal } from './terminal.ts'

/** The environment, completed by a file of variables such as compose's `.env`. What is set outranks the file. */
export function environment(env: NodeJS.ProcessEnv, file: string | undefined): NodeJS.ProcessEnv {
  if (file === undefined) return env
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...env }
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new CommandError(`${file} cannot be read (${code})`, exitCodes.usage)
  }
}

/** The environment as the connection that is meant sees it, for commands that need no complete configuration. */
export function environmentOfConnection({ env, connection }: Terminal): NodeJS.ProcessEnv {
  const path = env['CONNECTIONS_FILE']
  if (connection === undefined || !path) return env
  const read = readConnectionsFile(path)
  if (!read.ok) throw new ConfigError(`CONNECTIONS_FILE is not usable:\n${indented(read.problems)}`)
  const own = read.config.get(connection)
  if (own) return environmentOf(own, env)
  throw new CommandError(
    `There is no connection "${connection}", only ${[...read.config.keys()].join(', ')}`,
    exitCodes.usage,
  )
}
