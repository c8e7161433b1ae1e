import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'

const names = [
  'accept',
  'alias',
  'append-change',
  'apply-page',
  'begin-deliveries',
  'begin-outbound',
  'change-dry-run',
  'change-settings',
  'count-parked',
  'decide',
  'enable',
  'end-enabling',
  'end-listing',
  'end-subscription',
  'forget',
  'hand-over',
  'hasten',
  'heard',
  'hold-group',
  'join-group',
  'lease',
  'leave-group',
  'mark',
  'note-crossing',
  'note-reversal',
  'offer',
  'release-brake',
  'release-delivery',
  'release-group',
  'release-outbound',
  'replay',
  'request-enabling',
  'renew-outbound',
  'rest',
  'save-subscription',
  'settle',
  'take-enablings',
  'take-field',
  'tell',
] as const

export type ScriptName = (typeof names)[number]
export type Argument = string | number
type Commands = Record<string, (keys: number, ...args: Argument[]) => Promise<unknown>>

const sources = new Map<ScriptName, string>(names.map((name) => [name, source(name)]))

/** Makes the scripts commands of this connection. Redis keeps them; only their digest goes over the wire. */
export function registerScripts(redis: Redis | Cluster): void {
  for (const [name, lua] of sources) redis.defineCommand(commandOf(name), { lua })
}

/** Runs a script, on a connection or within a pipeline of one. */
export function runScript(
  redis: object,
  name: ScriptName,
  keys: readonly string[],
  args: readonly Argument[],
): Promise<unknown> {
  return (redis as Commands)[commandOf(name)]!(keys.length, ...keys, ...args)
}

/** As Redis gets it. */
export function sourceOf(name: ScriptName): string {
  return sources.get(name)!
}

function commandOf(name: ScriptName): string {
  return `ledger-${name}`
}

/** A line `-- include name` stands for the functions of that file. */
function source(name: string): string {
  const lua = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
  return lua.replaceAll(/^-- include (\S+)$/gm, (_, included: string) => source(`include/${included}`))
}
