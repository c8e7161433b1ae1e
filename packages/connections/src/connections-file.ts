import { readFileSync } from 'node:fs'
import type { Read } from '@lockstep/runtime'
import { z } from 'zod'
import { isConnectionVariable, otherFormOf } from './variables.ts'

/** What each connection says of itself, as an environment would. */
export type Entries = ReadonlyMap<string, Readonly<Record<string, string>>>

const nameForm = /^[a-z][a-z0-9-]{0,31}$/
const fileSchema = z.strictObject({ connections: z.record(z.string(), z.record(z.string(), z.unknown())) })

/** Reads a file of connections. Problems name the connection and the variable, and quote nothing. */
export function readConnectionsFile(path: string): Read<Entries> {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    return wrong(`CONNECTIONS_FILE: ${whyUnreadable(error, path)}`)
  }
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success || Object.keys(parsed.data.connections).length === 0) {
    return wrong(
      'CONNECTIONS_FILE: expected { "connections": { "<name>": { "EWS_URL": "https://…", … }, … } }',
    )
  }
  const entries = new Map(Object.entries(parsed.data.connections))
  const problems = [...entries].flatMap(([name, variables]) => problemsIn(name, variables))
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, config: new Map([...entries].map(([name, variables]) => [name, asTexts(variables)])) }
}

/** The environment of one connection: what it leaves out comes from that of the process. */
export function environmentOf(
  own: Readonly<Record<string, string>>,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const replaced = new Set(Object.keys(own).flatMap((name) => [name, otherFormOf(name) ?? name]))
  const rest = Object.entries(inherited).filter(([name]) => !replaced.has(name))
  return { ...Object.fromEntries(rest), ...own }
}

function wrong(problem: string): { ok: false; problems: string[] } {
  return { ok: false, problems: [problem] }
}

/** What the parser says quotes the file, and there are secrets in it: only the place is told. */
function whyUnreadable(error: unknown, path: string): string {
  if (!(error instanceof SyntaxError)) {
    return `cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`
  }
  const [, line, column] = /line (\d+) column (\d+)/.exec(error.message) ?? []
  return `${path} is not JSON${line ? `: look at line ${line}, column ${column}` : ''}`
}

function problemsIn(connection: string, variables: Readonly<Record<string, unknown>>): string[] {
  const named = nameForm.test(connection)
    ? []
    : [`${connection}: name connections in lower case: letters, digits and dashes, at most 32`]
  const unknown = Object.keys(variables)
    .filter((name) => !isConnectionVariable(name))
    .map(
      (name) =>
        `${connection}: ${name}: is no variable of a connection; ports, REDIS_URL, KEY_PREFIX and others of the process belong in the environment`,
    )
  const unfit = Object.entries(variables)
    .filter(([name, value]) => textOf(name, value) === undefined)
    .map(
      ([name]) => `${connection}: ${name}: expected a text, a number, true or false, or a list of such texts`,
    )
  return [...named, ...unknown, ...unfit]
}

function asTexts(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, textOf(name, value)!]))
}

function textOf(name: string, value: unknown): string | undefined {
  if (name === 'EWS_ACCOUNTS' && typeof value === 'object') return JSON.stringify(value)
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(',')
  return undefined
}
