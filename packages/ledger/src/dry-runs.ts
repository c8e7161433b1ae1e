import { randomBytes } from 'node:crypto'
import type { BrakedWork } from './brakes.ts'
import { brakeField } from './brakes.ts'
import { COPY_KEPT_MS, type DryRunCopy } from './dry-run-copy.ts'
import {
  type Command,
  commandsOf,
  type DryRun,
  type DryRunEntry,
  type DryRunNotes,
  readReport,
  REPORT_KEPT_MS,
} from './dry-run-report.ts'
import type { Store } from './store.ts'
import type { Work } from './work.ts'

/** A part of a dry run, in the hands of one worker. What is said with one whose dry run was begun anew is not heard. */
export type DryRunSlice = {
  readonly mailboxId: string
  /** Names the dry run. */
  readonly run: string
}

export type DryRunLedger = {
  /** Begins a dry run of the mailbox, unless one is under way. Says whether it did. */
  startDryRun(mailboxId: string, nowMs: number): Promise<boolean>
  /** Whose turn it is in the mailbox's dry run, while one is under way. One that has died is ended by this. */
  dryRunTurn(mailboxId: string, nowMs: number): Promise<Work | undefined>
  /**
   * The work begins a part of it. None: whoever had the part before died with it, or sleeps. What that would have said
   * is not known, so all of it begins anew, with the calendar; the third time it is ended.
   */
  beginDryRunSlice(mailboxId: string, nowMs: number): Promise<DryRunSlice | undefined>
  /** The part is done, and there is more to do for the same work. */
  endDryRunSlice(slice: DryRunSlice): Promise<void>
  /** Copies everything that is known of the mailbox, once in a dry run: what the dry run does is done to the copy. */
  copyForDryRun(slice: DryRunSlice, nowMs: number): Promise<void>
  /** Adds to what the dry run says. The appointments that it names are bounded; what it counts is not. */
  noteDryRun(slice: DryRunSlice, notes: DryRunNotes, nowMs: number): Promise<void>
  /** Has the work do its part, with everything that waits for it in the copy. `ended`: nothing more comes of it. */
  passDryRun(slice: DryRunSlice, to: 'outbound' | 'deliveries', nowMs: number): Promise<'passed' | 'ended'>
  /** The copy is dropped; what the dry run says is kept for a day. */
  endDryRun(slice: DryRunSlice, nowMs: number, code?: string): Promise<void>
  dryRun(mailboxId: string): Promise<DryRun | undefined>
  dryRunEntries(
    mailboxId: string,
    page: { readonly from: number; readonly limit: number },
  ): Promise<DryRunEntry[]>
  dropDryRunCopy(mailboxId: string): Promise<void>
}

/** One that does not get on for so long may be begun anew: its turn may have been lost, or wait behind many others. */
const STUCK_MS = 600_000
/** What one direction does may give the other something to do. */
const MOST_ROUNDS = 4
/** One that kills its workers is not begun for ever. */
const MOST_DEATHS = 3

/** `copyOf`: where a dry run has its copy. Each has its own, so that one that was begun anew is not disturbed. */
export function createDryRuns(
  store: Store,
  copyOf: (run: string) => { store: Store; copying: DryRunCopy },
): DryRunLedger {
  const { keys, send, pipeline, run: runScript } = store
  const get = (mailboxId: string, ...names: string[]) =>
    send((redis) => redis.hmget(keys.dryRun(mailboxId), ...names))

  const begin = async (mailboxId: string, fields: Readonly<Record<string, string | number>>) => {
    await ledger.dropDryRunCopy(mailboxId)
    const run = randomBytes(8).toString('hex')
    await pipeline((commands) => {
      commands.del(keys.dryRun(mailboxId), keys.dryRunEntries(mailboxId))
      commands.hset(keys.dryRun(mailboxId), { run, turn: 'inbound', round: 0, ...fields })
      commands.pexpire(keys.dryRun(mailboxId), REPORT_KEPT_MS)
    })
  }

  /** In one step, unless the dry run was begun anew. Says whether it was done. */
  const change = async ({ mailboxId, run }: DryRunSlice, commands: readonly Command[]): Promise<boolean> => {
    const key = keys.dryRun(mailboxId)
    const others = new Set(commands.map(([, changed]) => changed).filter((changed) => changed !== key))
    const text = JSON.stringify(commands.map((command) => command.map(String)))
    return (await runScript('change-dry-run', [key, ...others], [run, text])) === 1
  }

  const ledger: DryRunLedger = {
    async startDryRun(mailboxId, nowMs) {
      const [turn, at] = await get(mailboxId, 'turn', 'at')
      if (turn && Number(at) + STUCK_MS > nowMs) return false
      await begin(mailboxId, { started: nowMs, at: nowMs })
      return true
    },
    async dryRunTurn(mailboxId, nowMs) {
      const [run, turn, at] = await get(mailboxId, 'run', 'turn', 'at')
      if (!turn) return undefined
      if (Number(at) + COPY_KEPT_MS > nowMs) return turn as Work
      if (run) await ledger.endDryRun({ mailboxId, run }, nowMs, 'NOT_DONE')
      return undefined
    },
    async beginDryRunSlice(mailboxId, nowMs) {
      const isFree = (await send((redis) => redis.hsetnx(keys.dryRun(mailboxId), 'slice', 1))) === 1
      const [run, started, deaths] = await get(mailboxId, 'run', 'started', 'deaths')
      if (isFree && run) return { mailboxId, run }
      if (run && Number(deaths) + 1 >= MOST_DEATHS) {
        await ledger.endDryRun({ mailboxId, run }, nowMs, 'NO_OUTCOME')
      } else await begin(mailboxId, { started: started ?? nowMs, deaths: Number(deaths) + 1, at: nowMs })
      return undefined
    },
    endDryRunSlice: async (slice) =>
      void (await change(slice, [['HDEL', keys.dryRun(slice.mailboxId), 'slice']])),
    async copyForDryRun(slice, nowMs) {
      const [copied] = await get(slice.mailboxId, 'copied')
      if (copied) return
      await copyOf(slice.run).copying.begin(slice.mailboxId, nowMs)
      await change(slice, [['HSET', keys.dryRun(slice.mailboxId), 'copied', 1]])
    },
    async noteDryRun(slice, notes, nowMs) {
      const added = await commandsOf(store, slice.mailboxId, notes)
      const isNoted = await change(slice, [...added, ['HSET', keys.dryRun(slice.mailboxId), 'at', nowMs]])
      // It was dropped, and may have been written to since.
      if (!isNoted) await copyOf(slice.run).copying.drop(slice.mailboxId)
    },
    async passDryRun(slice, to, nowMs) {
      const { mailboxId, run } = slice
      const key = keys.dryRun(mailboxId)
      const [round, acted] = await get(mailboxId, 'round', 'acted')
      const isOver = to === 'outbound' && Number(round) > 0 && (!acted || Number(round) >= MOST_ROUNDS)
      if (isOver) return 'ended'
      const due = copyOf(run).store.keys.appointmentsDue(to, mailboxId)
      const isPassed = await change(slice, [
        // All of it long due, in the order in which it is due.
        ['ZUNIONSTORE', due, 1, due, 'WEIGHTS', 0.001],
        ['PEXPIRE', due, COPY_KEPT_MS],
        ...(to === 'outbound'
          ? [['HINCRBY', key, 'round', 1] as const, ['HDEL', key, 'acted'] as const]
          : []),
        ['HDEL', key, 'slice'],
        ['HSET', key, 'turn', to, 'at', nowMs],
      ])
      return isPassed ? 'passed' : 'ended'
    },
    async endDryRun(slice, nowMs, code) {
      const { mailboxId, run } = slice
      const key = keys.dryRun(mailboxId)
      const { store: copy, copying } = copyOf(run)
      const counts = await commandsOf(store, mailboxId, { counts: await left(copy, mailboxId) })
      await copying.drop(mailboxId)
      await change(slice, [
        ...counts,
        ['HSET', key, 'at', nowMs, 'ended', nowMs, ...(code === undefined ? [] : ['code', code])],
        ['HDEL', key, 'run', 'turn', 'copied', 'round', 'acted', 'slice', 'deaths'],
      ])
    },
    dryRun: (mailboxId) => readReport(store, mailboxId),
    dryRunEntries: async (mailboxId, { from, limit }) => {
      const key = keys.dryRunEntries(mailboxId)
      const stored = await send((redis) => redis.lrange(key, from, from + limit - 1))
      return stored.map((entry) => JSON.parse(entry) as DryRunEntry)
    },
    async dropDryRunCopy(mailboxId) {
      const [run] = await get(mailboxId, 'run')
      if (run) await copyOf(run).copying.drop(mailboxId)
    },
  }
  return ledger
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
