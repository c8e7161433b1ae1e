import type { Work } from './work.ts'
import { COPY_KEPT_MS, type DryRunCopy } from './dry-run-copy.ts'
import type { BrakedWork } from './brakes.ts'
import { brakeField } from './brakes.ts'
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

export type DryRunLedger = {
  /** Begins a dry run of the mailbox, unless one is under way. Says whether it did. */
  startDryRun(mailboxId: string, nowMs: number): Promise<boolean>
  /** Whose turn it is in the mailbox's dry run, while one is under way. One that has died is ended by this. */
  dryRunTurn(mailboxId: string, nowMs: number): Promise<Work | undefined>
  /**
   * The work begins a part of it. `false`: whoever did the part before died with it. What that would have said is not
   * known, so all of it begins anew, with the calendar; the third time it is ended.
   */
  beginDryRunSlice(mailboxId: string, nowMs: number): Promise<boolean>
  /** The part is done, and there is more to do for the same work. */
  endDryRunSlice(mailboxId: string): Promise<void>
  /** Copies everything that is known of the mailbox, once in a dry run: what the dry run does is done to the copy. */
  copyForDryRun(mailboxId: string, nowMs: number): Promise<void>
  /** Adds to what the dry run says. The appointments that it names are bounded; what it counts is not. */
  noteDryRun(mailboxId: string, notes: DryRunNotes, nowMs: number): Promise<void>
  /** Has the work do its part, with everything that waits for it in the copy. `ended`: nothing more comes of it. */
  passDryRun(mailboxId: string, to: 'outbound' | 'deliveries', nowMs: number): Promise<'passed' | 'ended'>
  /** The copy is dropped; what the dry run says is kept for a day. */
  endDryRun(mailboxId: string, nowMs: number, code?: string): Promise<void>
  dryRun(mailboxId: string): Promise<DryRun | undefined>
  dryRunEntries(
    mailboxId: string,
    page: { readonly from: number; readonly limit: number },
  ): Promise<DryRunEntry[]>
  dropDryRunCopy(mailboxId: string): Promise<void>
}

const REPORT_KEPT_MS = 86_400_000
/** One that does not get on for so long may be begun anew: its turn may have been lost, or wait behind many others. */
const STUCK_MS = 600_000
const MOST_ENTRIES = 10_000
/** What one direction does may give the other something to do. */
const MOST_ROUNDS = 4
/** One that kills its workers is not begun for ever. */
const MOST_DEATHS = 3

export function createDryRuns(store: Store, copy: Store, copying: DryRunCopy): DryRunLedger {
  const { keys, send, pipeline } = store
  const get = (mailboxId: string, ...names: string[]) =>
    send((redis) => redis.hmget(keys.dryRun(mailboxId), ...names))

  const begin = (mailboxId: string, fields: Readonly<Record<string, string | number>>) =>
    pipeline((commands) => {
      commands.del(keys.dryRun(mailboxId), keys.dryRunEntries(mailboxId))
      commands.hset(keys.dryRun(mailboxId), { turn: 'inbound', round: 0, ...fields })
      commands.pexpire(keys.dryRun(mailboxId), REPORT_KEPT_MS)
    })

  const ledger: DryRunLedger = {
    async startDryRun(mailboxId, nowMs) {
      const [turn, at] = await get(mailboxId, 'turn', 'at')
      if (turn && Number(at) + STUCK_MS > nowMs) return false
      await begin(mailboxId, { started: nowMs, at: nowMs })
      return true
    },
    async dryRunTurn(mailboxId, nowMs) {
      const [turn, at] = await get(mailboxId, 'turn', 'at')
      if (!turn) return undefined
      if (Number(at) + COPY_KEPT_MS > nowMs) return turn as Work
      await ledger.endDryRun(mailboxId, nowMs, 'NOT_DONE')
      return undefined
    },
    async beginDryRunSlice(mailboxId, nowMs) {
      const key = keys.dryRun(mailboxId)
      if ((await send((redis) => redis.hsetnx(key, 'slice', 1))) === 1) return true
      const [started, deaths] = await get(mailboxId, 'started', 'deaths')
      if (Number(deaths) + 1 >= MOST_DEATHS) {
        await ledger.endDryRun(mailboxId, nowMs, 'NO_OUTCOME')
        return false
      }
      await begin(mailboxId, { started: started ?? nowMs, deaths: Number(deaths) + 1, at: nowMs })
      return false
    },
    endDryRunSlice: async (mailboxId) =>
      void (await send((redis) => redis.hdel(keys.dryRun(mailboxId), 'slice'))),
    async copyForDryRun(mailboxId, nowMs) {
      const [copied] = await get(mailboxId, 'copied')
      if (copied) return
      await copying.begin(mailboxId, nowMs)
      await send((redis) => redis.hset(keys.dryRun(mailboxId), 'copied', 1))
    },
    noteDryRun: (mailboxId, notes, nowMs) => note(store, mailboxId, notes, nowMs),
    async passDryRun(mailboxId, to, nowMs) {
      const [round, acted] = await get(mailboxId, 'round', 'acted')
      const isOver = to === 'outbound' && Number(round) > 0 && (!acted || Number(round) >= MOST_ROUNDS)
      if (isOver) return 'ended'
      const due = copy.keys.appointmentsDue(to, mailboxId)
      // All of it long due, in the order in which it is due.
      await pipeline((commands) => {
        commands.zunionstore(due, 1, due, 'WEIGHTS', 0.001)
        commands.pexpire(due, COPY_KEPT_MS)
        if (to === 'outbound') {
          commands.hincrby(keys.dryRun(mailboxId), 'round', 1)
          commands.hdel(keys.dryRun(mailboxId), 'acted')
        }
        commands.hdel(keys.dryRun(mailboxId), 'slice')
        commands.hset(keys.dryRun(mailboxId), { turn: to, at: nowMs })
      })
      return 'passed'
    },
    async endDryRun(mailboxId, nowMs, code) {
      await ledger.noteDryRun(mailboxId, { counts: await left(copy, mailboxId) }, nowMs)
      await ledger.dropDryRunCopy(mailboxId)
      await pipeline((commands) => {
        commands.hset(keys.dryRun(mailboxId), { ended: nowMs, ...(code !== undefined && { code }) })
        commands.hdel(keys.dryRun(mailboxId), 'turn', 'copied', 'round', 'acted', 'slice', 'deaths')
      })
    },
    dryRun: (mailboxId) => read(store, mailboxId),
    dryRunEntries: async (mailboxId, { from, limit }) => {
      const key = keys.dryRunEntries(mailboxId)
      const stored = await send((redis) => redis.lrange(key, from, from + limit - 1))
      return stored.map((entry) => JSON.parse(entry) as DryRunEntry)
    },
    dropDryRunCopy: copying.drop,
  }
  return ledger
}

async function note(
  { keys, pipeline, send }: Store,
  mailboxId: string,
  { entries = [], counts = {} }: DryRunNotes,
  nowMs: number,
): Promise<void> {
  const key = keys.dryRun(mailboxId)
  const [round] = await send((redis) => redis.hmget(key, 'round'))
  const acting = entries.filter(({ action }) => action !== 'none')
  // What rests is said once: a later round finds it resting still.
  const said = Number(round) > 1 ? acting : entries
  const length = await send((redis) => redis.llen(keys.dryRunEntries(mailboxId)))
  const kept = said.slice(0, Math.max(0, MOST_ENTRIES - length))
  await pipeline((commands) => {
    for (const { direction, action, recipients = 0 } of said) {
      commands.hincrby(key, `#${direction}.${action}`, 1)
      if (recipients > 0) commands.hincrby(key, '#mails', 1)
      if (recipients > 0) commands.hincrby(key, '#recipients', recipients)
    }
    for (const [name, count] of Object.entries(counts)) commands.hincrby(key, `#${name}`, count)
    if (kept.length > 0) {
      commands.rpush(keys.dryRunEntries(mailboxId), ...kept.map((entry) => JSON.stringify(entry)))
      commands.pexpire(keys.dryRunEntries(mailboxId), REPORT_KEPT_MS)
    }
    if (acting.length > 0) commands.hset(key, 'acted', 1)
    commands.hset(key, 'at', nowMs)
  })
}

async function left({ keys, pipeline }: Store, mailboxId: string): Promise<Record<string, number>> {
  const works = ['outbound', 'deliveries'] as const satisfies BrakedWork[]
  const replies = await pipeline((commands) => {
    for (const work of works) {
      commands.zcard(keys.appointmentsDue(work, mailboxId))
      commands.hexists(keys.mailbox(mailboxId), brakeField(work))
    }
  })
  return Object.fromEntries(
    ['waiting.outbound', 'braked.outbound', 'waiting.inbound', 'braked.inbound'].flatMap((name, n) =>
      replies[n] ? [[name, Number(replies[n])]] : [],
    ),
  )
}

async function read({ keys, send }: Store, mailboxId: string): Promise<DryRun | undefined> {
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
