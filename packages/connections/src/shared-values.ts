import { describeVariables, withSecretFiles } from '@lockstep/runtime'
import type { z } from 'zod'
import { type Entries, environmentOf } from './connections-file.ts'

/** What may not be the same in two connections, and why. */
const ofOneConnection = {
  MAILBOXES: 'a mailbox belongs to one connection',
  PRODUCER_API_KEYS: 'a key says which connection is meant',
} as const

/** Says which values stand in two connections and may not. Values are told by their place in the list. */
export function sharedProblems(schema: z.ZodType, entries: Entries, env: NodeJS.ProcessEnv): string[] {
  const variables = describeVariables(schema)
  const secrets = variables.filter(({ secret }) => secret).map(({ name }) => name)
  const environments = [...entries].map(
    ([connection, own]) => [connection, withSecretFiles(environmentOf(own, env), secrets).env] as const,
  )
  return Object.entries(ofOneConnection).flatMap(([name, reason]) => {
    if (!variables.some((variable) => variable.name === name)) return []
    const lists = environments.map(([connection, { [name]: text = '' }]) => ({
      connection,
      values: valuesIn(text),
    }))
    return sharedIn(lists).map(
      ({ connection, places, other }) =>
        `${connection}: ${name}: number ${places.join(', ')} of its list is in ${other} too; ${reason}`,
    )
  })
}

type List = { connection: string; values: readonly string[] }

function sharedIn(lists: readonly List[]): { connection: string; places: number[]; other: string }[] {
  return lists.flatMap(({ connection, values }, index) =>
    lists.slice(0, index).flatMap((other) => {
      const places = values.flatMap((value, place) => (other.values.includes(value) ? [place + 1] : []))
      return places.length > 0 ? [{ connection, places, other: other.connection }] : []
    }),
  )
}

function valuesIn(text: string): string[] {
  return text
    .split(',')
    .map((value) => value.trim().toLowerCase())
    .filter(Boolean)
}
