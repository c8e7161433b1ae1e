import type { Work } from './work.ts'
import { dropKeysOf, keysOfMailbox } from './forget.ts'
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
  /** Copies everything that is known of the mailbox, once in a dry run: what the dry run does is done to the copy. */
  copyForDryRun(mailboxId: string): Promise<void>
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
const COPY_KEPT_MS = 3_600_000
/** One that does not get on for so long may be begun anew: its turn may have been lost, or wait behind many others. */
const STUCK_MS = 600_000
const MOST_ENTRIES = 10_000
/** What one direction does may give the other something to do. */
const MOST_ROUNDS = 4
const AT_A_TIME = 500

/** What says nothing that a decision depends on, or is not for a copy: the dry run itself, trail, settings, sealed values. */
const notCopied = new Set(['y', 'z', 't', 's', 'c', 'k'])

export function createDryRuns(store: Store, copy: Store): DryRunLedger {
  const { keys, send, pipeline } = store
  const get = (mailboxId: string, ...names: string[]) =>
    send((redis) => redis.hmget(keys.dryRun(mailboxId), ...names))

  const ledger: DryRunLedger = {
    async startDryRun(mailboxId, nowMs) {
      const [turn, at] = await get(mailboxId, 'turn', 'at')
      if (turn && Number(at) + STUCK_MS > nowMs) return false
      await pipeline((commands) => {
        commands.del(keys.dryRun(mailboxId), keys.dryRunEntries(mailboxId))
        commands.hset(keys.dryRun(mailboxId), { turn: 'inbound', started: nowMs, at: nowMs, round: 0 })
        commands.pexpire(keys.dryRun(mailboxId), REPORT_KEPT_MS)
      })
      return true
    },
    async dryRunTurn(mailboxId, nowMs) {
      const [turn, at] = await get(mailboxId, 'turn', 'at')
      if (!turn) return undefined
      if (Number(at) + COPY_KEPT_MS > nowMs) return turn as Work
      await ledger.endDryRun(mailboxId, nowMs, 'NOT_DONE')
      return undefined
    },
    async copyForDryRun(mailboxId) {
      const [copied] = await get(mailboxId, 'copied')
      if (copied) return
      await ledger.dropDryRunCopy(mailboxId)
      await copyKeys(store, copy, mailboxId)
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
        commands.hset(keys.dryRun(mailboxId), { turn: to, at: nowMs })
      })
      return 'passed'
    },
    async endDryRun(mailboxId, nowMs, code) {
      await ledger.noteDryRun(mailboxId, { counts: await left(copy, mailboxId) }, nowMs)
      await ledger.dropDryRunCopy(mailboxId)
      await pipeline((commands) => {
        commands.hset(keys.dryRun(mailboxId), { ended: nowMs, ...(code !== undefined && { code }) })
        commands.hdel(keys.dryRun(mailboxId), 'turn', 'copied', 'round', 'acted')
      })
    },
    dryRun: (mailboxId) => read(store, mailboxId),
    dryRunEntries: async (mailboxId, { from, limit }) => {
      const key = keys.dryRunEntries(mailboxId)
      const stored = await send((redis) => redis.lrange(key, from, from + limit - 1))
      return stored.map((entry) => JSON.parse(entry) as DryRunEntry)
    },
    async dropDryRunCopy(mailboxId) {
      await dropKeysOf(copy, mailboxId)
      for (const work of ['outbound', 'inbound', 'deliveries'] as const)
        await send((redis) => redis.zrem(copy.keys.mailboxesDue(work, mailboxId), mailboxId))
    },
  }
  return ledger
}

/** All of them lie in one slot, and so do the copies. */
async function copyKeys(store: Store, copy: Store, mailboxId: string): Promise<void> {
  const { head } = store.keys.allOfMailbox(mailboxId)
  const { head: copyHead } = copy.keys.allOfMailbox(mailboxId)
  const found = await keysOfMailbox(store, mailboxId)
  const copied = found.filter((key) => !notCopied.has(key.slice(head.length).split(':')[0]!))
  for (let from = 0; from < copied.length; from += AT_A_TIME) {
    await store.pipeline((commands) => {
      for (const key of copied.slice(from, from + AT_A_TIME)) {
        const to = copyHead + key.slice(head.length)
        commands.copy(key, to, 'REPLACE')
        commands.pexpire(to, COPY_KEPT_MS)
      }
    })
  }
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
