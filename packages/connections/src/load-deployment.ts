import { ConfigError, indented, type Read, readConfig } from '@lockstep/runtime'
import type { z } from 'zod'
import { type Entries, environmentOf, readConnectionsFile } from './connections-file.ts'
import { sharedProblems } from './shared-values.ts'
import { isFileVariable } from './variables.ts'

/** How a service reads its configuration: once for the process, and once for each connection. */
export type DeploymentSchemas<Service extends z.ZodType, Connection extends z.ZodType> = {
  readonly service: Service
  readonly connection: Connection
}

/** The configuration of a process. */
export type Deployment<Service, Connection> = {
  readonly service: Service
  /** Those that this process serves, by name. */
  readonly connections: ReadonlyMap<string, Connection>
  /** The names of all connections, also of those that other processes serve. */
  readonly names: readonly string[]
  /** What was read, or is to be read, besides the environment. A change in one of them may be a change of settings. */
  readonly files: readonly string[]
}

/** The one connection of a deployment without a file. */
export const defaultConnection = 'default'

/**
 * Reads what a process has to know: the environment, and the file of connections if there is one. All that is wrong is
 * told at once, naming connection and variable.
 * @throws {ConfigError}
 */
export function loadDeployment<Service extends z.ZodType, Connection extends z.ZodType>(
  schemas: DeploymentSchemas<Service, Connection>,
  env: NodeJS.ProcessEnv,
): Deployment<z.output<Service>, z.output<Connection>> {
  const service = readConfig(schemas.service, env)
  const { CONNECTIONS_FILE: path, CONNECTIONS: wanted } = env
  const entries: Read<Entries> = path
    ? readConnectionsFile(path)
    : { ok: true, config: new Map([[defaultConnection, {}]]) }
  const problems = [...problemsOf(service), ...problemsOf(entries)]
  const connections = new Map<string, z.output<Connection>>()
  if (entries.ok) {
    const served = servedOf(entries.config, wanted)
    problems.push(...served.problems, ...sharedProblems(schemas.connection, entries.config, env))
    for (const name of served.names) {
      const read = readConfig(schemas.connection, environmentOf(entries.config.get(name)!, env))
      if (read.ok) connections.set(name, read.config)
      else problems.push(...read.problems.map((problem) => (path ? `${name}: ${problem}` : problem)))
    }
  }
  if (!service.ok || !entries.ok || problems.length > 0) throw unusable(problems, path)
  return {
    service: service.config,
    connections,
    names: [...entries.config.keys()],
    files: filesIn(entries.config, env),
  }
}

function filesIn(entries: Entries, env: NodeJS.ProcessEnv): string[] {
  const all = [env, ...entries.values()].flatMap((variables) => Object.entries(variables))
  const paths = all.filter(([name, path]) => path && (name === 'CONNECTIONS_FILE' || isFileVariable(name)))
  return [...new Set(paths.map(([, path]) => path!))]
}

function problemsOf(read: Read<unknown>): readonly string[] {
  return read.ok ? [] : read.problems
}

function servedOf(entries: Entries, wanted: string | undefined): { names: string[]; problems: string[] } {
  const all = [...entries.keys()]
  if (!wanted) return { names: all, problems: [] }
  const names = wanted
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  const problems = names
    .filter((name) => !entries.has(name))
    .map((name) => `CONNECTIONS: there is no connection "${name}", only ${all.join(', ')}`)
  return { names: [...new Set(names)].filter((name) => entries.has(name)), problems }
}

function unusable(problems: readonly string[], path: string | undefined): ConfigError {
  const what = path ? 'The environment or CONNECTIONS_FILE' : 'The environment'
  return new ConfigError(`${what} is not usable:\n${indented([...new Set(problems)])}`)
}
