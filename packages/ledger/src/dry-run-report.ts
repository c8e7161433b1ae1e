import type { Store } from './store.ts'

/** What a dry run says of one appointment in one direction. Holds no content. */
export type DryRunEntry = {
  readonly direction: 'outbound' | 'inbound'
  readonly appointmentId: string
  /** What would be done; `none` if nothing would be, or not yet, for this reason. */
  readonly action: string
  readonly version?: number
  /** The properties that would be set, or told as changed. */
  readonly changed?: readonly string[]
  readonly reason?: string
  /** How many would be mailed. */
  readonly recipients?: number
  readonly conflicts?: readonly { readonly properties: readonly string[]; readonly winner: string }[]
}

export type DryRun = {
  readonly startedAtMs: number
  /** Missing while it is under way. */
  readonly endedAtMs?: number
  /** Why it ended early. */
  readonly code?: string
  /** How often each thing would be done: `outbound.create`, `inbound.updated`, `refused.private`, `mails`, … */
  readonly counts: Readonly<Record<string, number>>
  readonly entries: number
}

export type DryRunNotes = {
  readonly entries?: readonly DryRunEntry[]
  readonly counts?: Readonly<Record<string, number>>
}

/** A command of Redis, the key that it changes, and the rest. */
export type Command = readonly [name: string, key: string, ...rest: (string | number)[]]

export const REPORT_KEPT_MS = 86_400_000
const MOST_ENTRIES = 10_000

/** What notes come to, as commands for the keys of the dry run. What it says is bounded; what it counts is not. */
export async function commandsOf(
  { keys, send }: Store,
  mailboxId: string,
  { entries = [], counts = {} }: DryRunNotes,
): Promise<Command[]> {
  const [key, list] = [keys.dryRun(mailboxId), keys.dryRunEntries(mailboxId)]
  const round = await send((redis) => redis.hget(key, 'round'))
  const acting = entries.filter(({ action }) => action !== 'none')
  // What rests is said once: a later round finds it resting still.
  const said = Number(round) > 1 ? acting : entries
  const length = await send((redis) => redis.llen(list))
  const kept = said.slice(0, Math.max(0, MOST_ENTRIES - length))
  const add = (name: string, count: number): Command => ['HINCRBY', key, `#${name}`, count]
  return [
    ...said.map(({ direction, action }) => add(`${direction}.${action}`, 1)),
    ...said.flatMap(({ recipients = 0 }) =>
      recipients > 0 ? [add('mails', 1), add('recipients', recipients)] : [],
    ),
    ...Object.entries(counts).map(([name, count]) => add(name, count)),
    ...kept.map((entry): Command => ['RPUSH', list, JSON.stringify(entry)]),
    ...(kept.length > 0 ? [['PEXPIRE', list, REPORT_KEPT_MS] as const] : []),
    ...(acting.length > 0 ? [['HSET', key, 'acted', 1] as const] : []),
  ]
}

export async function readReport({ keys, send }: Store, mailboxId: string): Promise<DryRun | undefined> {
  const stored = await send((redis) => redis.hgetall(keys.dryRun(mailboxId)))
  const { started, ended, code } = stored
  if (started === undefined) return undefined
  const counts = Object.entries(stored).flatMap(([name, value]) =>
    name.startsWith('#') ? [[name.slice(1), Number(value)] as const] : [],
  )
  return {
    startedAtMs: Number(started),
    ...(ended !== undefined && { endedAtMs: Number(ended) }),
    ...(code !== undefined && { code }),
    counts: Object.fromEntries(counts),
    entries: await send((redis) => redis.llen(keys.dryRunEntries(mailboxId))),
  }
}
