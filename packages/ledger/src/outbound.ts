import { randomBytes } from 'node:crypto'
import { type Appointment, birthOf, type Wanted } from '@lockstep/domain'
import { dueIds } from './brakes.ts'
import { dropConflictValues } from './conflicts.ts'
import { packItem, packLink } from './codec/link.ts'
import { fieldsOf, packHead, packIntent, recordOf, type StoredFields, unpackIntent } from './codec/record.ts'
import { LedgerUnavailableError } from './errors.ts'
import type { Acceptance, Batch, CommitResult, OutboundAttempt, OutboundOutcome } from './ledger.ts'
import { UNCONFIRMED } from './rebuilds.ts'
import { releaseOf, type Unsettled } from './release-of.ts'
import { type Argument, runScript } from './scripts.ts'
import type { Store } from './store.ts'

/** The code under which an appointment waits for what a call may still do whose answer was lost. */
export const LOST_ANSWER = 'LOST_ANSWER'

export type OutboundLedger = {
  /**
   * Stores what the application wants, if it is newer than everything known of the appointment, tombstones included.
   * It is durable when this resolves. The content of an older version is gone, or kept while that may
   * be landing in Exchange; its failures are forgotten, and the
   * appointment is due now; one that is being written is due as soon as that attempt commits, or its lease ends.
   * That a version is the first one is noted also if it is stale; what is unconfirmed for want of that is due now.
   */
  accept(mailboxId: string, appointmentId: string, wanted: Wanted, nowMs: number): Promise<Acceptance>
  /**
   * Begins an attempt at what is due, the longest due first. Each attempt has an epoch of its own, and its intent is
   * stored when this resolves. An intent that is still open is handed out as `earlier` until an attempt settles.
   * What is settled is left out, unless an intent is open: then Exchange has to be looked at again.
   */
  beginOutbound(mailboxId: string, batch: Batch): Promise<OutboundAttempt[]>
  /**
   * Before a write: the attempts that are still the newest of their appointments, with an intent that says now, and a
   * lease that is counted from now. Of one that is missing the write is another's business.
   */
  renewOutbound(
    mailboxId: string,
    attempts: readonly OutboundAttempt[],
    lease: Omit<Batch, 'limit'>,
  ): Promise<(OutboundAttempt | undefined)[]>
  /**
   * Says how an attempt ended. `settled` deletes the content, unless a newer version came meanwhile: that one is due
   * now. Committing the same outcome twice does no harm. `overlapped` stores nothing of the outcome; if the attempt
   * may have had an effect, its intent stays open and the other attempt is told `overlapped` too.
   */
  commitOutbound(
    mailboxId: string,
    attempt: OutboundAttempt,
    outcome: OutboundOutcome,
    nowMs: number,
  ): Promise<CommitResult>
  /** The effect of a call whose answer was lost is seen: the appointment need not wait for it any longer. */
  hastenOutbound(mailboxId: string, appointmentId: string, nowMs: number): Promise<void>
  /** Tries what is parked of the appointment again, in either direction. Says whether anything was. */
  replay(mailboxId: string, appointmentId: string, nowMs: number): Promise<boolean>
}

export type OutboundOptions = { readonly tombstoneMs: number; readonly waitReplicas: number }

/** How long the replicas have to acknowledge what was accepted. */
const REPLICA_LIMIT_MS = 1_000

export function createOutbound(store: Store, options: OutboundOptions): OutboundLedger {
  return {
    accept: (mailboxId, appointmentId, wanted, nowMs) =>
      accept(store, options.waitReplicas, { mailboxId, appointmentId, wanted, nowMs }),
    beginOutbound: (mailboxId, batch) => begin(store, mailboxId, batch),
    renewOutbound: (mailboxId, attempts, lease) => renew(store, mailboxId, attempts, lease),
    commitOutbound: async (mailboxId, attempt, outcome, nowMs) => {
      const commit = { mailboxId, attempt, nowMs }
      const reply =
        outcome.kind === 'settled'
          ? await settle(store, options.tombstoneMs, { ...commit, outcome })
          : await release(store, { ...commit, outcome })
      return reply === 1 ? 'committed' : 'overlapped'
    },
    hastenOutbound: async (mailboxId, appointmentId, nowMs) => {
      const { keys, run } = store
      const scriptKeys = [keys.appointment(mailboxId, appointmentId), ...keys.dues('outbound', mailboxId)]
      await run('hasten', scriptKeys, [appointmentId, mailboxId, nowMs, LOST_ANSWER])
    },
    replay: async (mailboxId, appointmentId, nowMs) => {
      const { keys, run } = store
      const dues = [...keys.dues('outbound', mailboxId), ...keys.dues('deliveries', mailboxId)]
      const scriptKeys = [keys.appointment(mailboxId, appointmentId), ...dues]
      return (await run('replay', scriptKeys, [appointmentId, mailboxId, nowMs])) === 1
    },
  }
}

type Change = {
  readonly mailboxId: string
  readonly appointmentId: string
  readonly wanted: Wanted
  readonly nowMs: number
}

async function accept(store: Store, replicas: number, change: Change): Promise<Acceptance> {
  const { mailboxId, appointmentId, wanted, nowMs } = change
  const content = wanted.kind === 'present' ? JSON.stringify(wanted.appointment) : ''
  const keys = [store.keys.appointment(mailboxId, appointmentId), ...store.keys.dues('outbound', mailboxId)]
  const birth = [birthOf(wanted) ?? '', UNCONFIRMED]
  const args = [appointmentId, mailboxId, wanted.version, packHead(wanted), content, nowMs, ...birth]
  const reply = await (replicas === 0
    ? store.run('accept', keys, args)
    : runReplicated(store, replicas, keys, args))
  if (typeof reply === 'string') return accept(store, replicas, { ...change, appointmentId: reply })
  if (reply === 1 && wanted.kind === 'absent') await dropConflictValues(store, mailboxId, appointmentId)
  return reply === 1 ? 'accepted' : 'stale'
}

/** One pipeline, since WAIT asks for the writes of its own connection. */
async function runReplicated(store: Store, replicas: number, keys: string[], args: Argument[]) {
  const [reply, acknowledged] = await store.pipeline((pipeline) => {
    void runScript(pipeline, 'accept', keys, args)
    pipeline.wait(replicas, REPLICA_LIMIT_MS)
  })
  if (Number(acknowledged) >= replicas) return reply
  throw new LedgerUnavailableError(`${Number(acknowledged)} of ${replicas} replicas acknowledged`)
}

async function begin(store: Store, mailboxId: string, batch: Batch): Promise<OutboundAttempt[]> {
  const { keys, run } = store
  const { nowMs, leaseMs } = batch
  const due = keys.appointmentsDue('outbound', mailboxId)
  const ids = await dueIds(store, 'outbound', mailboxId, batch)
  if (ids.length === 0) return []

  const begun = (await run(
    'begin-outbound',
    [due, ...ids.map((id) => keys.appointment(mailboxId, id))],
    [nowMs, nowMs + leaseMs, ...ids.flatMap((id) => [id, attemptName()])],
  )) as string[][]
  return ids.flatMap((id, n) => (begun[n]!.length > 0 ? [attemptOf(id, fieldsOf(begun[n]!))] : []))
}

async function renew(
  { keys, run }: Store,
  mailboxId: string,
  attempts: readonly OutboundAttempt[],
  { nowMs, leaseMs }: Omit<Batch, 'limit'>,
): Promise<(OutboundAttempt | undefined)[]> {
  if (attempts.length === 0) return []
  const now = attempts.map(({ record }) => ({ ...record.intent!, atMs: nowMs }))
  const renewed = (await run(
    'renew-outbound',
    [
      keys.appointmentsDue('outbound', mailboxId),
      ...attempts.map(({ record }) => keys.appointment(mailboxId, record.appointmentId)),
    ],
    [
      nowMs + leaseMs,
      ...attempts.flatMap(({ record }, n) => [
        record.appointmentId,
        packIntent(record.intent!),
        packIntent(now[n]!),
      ]),
    ],
  )) as number[]
  return attempts.map((attempt, n) =>
    renewed[n] === 1 ? { ...attempt, record: { ...attempt.record, intent: now[n]! } } : undefined,
  )
}

type Commit<Outcome> = {
  readonly mailboxId: string
  readonly attempt: OutboundAttempt
  readonly outcome: Outcome
  readonly nowMs: number
}
type Settled = Extract<OutboundOutcome, { kind: 'settled' }>

async function settle(store: Store, tombstoneMs: number, commit: Commit<Settled>): Promise<unknown> {
  const { mailboxId, attempt, outcome, nowMs } = commit
  const { keys } = store
  const { appointmentId, wanted, intent } = attempt.record
  const { link, untold, conflictValues } = outcome
  const isTombstone = wanted?.kind === 'absent' && !link.item && !link.asleep
  const scriptKeys = [
    keys.appointment(mailboxId, appointmentId),
    ...keys.dues('outbound', mailboxId),
    ...keys.dues('deliveries', mailboxId),
    keys.handles(mailboxId),
    keys.unlisted(mailboxId),
    keys.conflictValues(mailboxId, appointmentId, link.written.version),
  ]
  const identity = [appointmentId, mailboxId, attempt.epoch, packIntent(intent!), nowMs]
  const linked = [link.written.version, packLink(link), link.item ? packItem(link.item) : '']
  const flags = [untold ? '1' : '', isTombstone ? tombstoneMs : '']
  const kept = conflictValues ? [conflictValues.sealed, conflictValues.keepMs] : ['', '']
  // Before, since the commit is not repeated once it is done.
  if (!link.item) await dropConflictValues(store, mailboxId, appointmentId)
  return store.run('settle', scriptKeys, [...identity, ...linked, ...flags, ...kept])
}

function release(store: Store, commit: Commit<Unsettled>): Promise<unknown> {
  const { mailboxId, attempt, outcome, nowMs } = commit
  const { appointmentId, intent, bornAtMs } = attempt.record
  const { due, code, effect, isCounted } = releaseOf(outcome)
  const passedOverMs = outcome.kind === 'failed' ? outcome.passedOverMs : undefined
  return store.run(
    'release-outbound',
    [
      store.keys.appointment(mailboxId, appointmentId),
      ...store.keys.dues('outbound', mailboxId),
      ...store.keys.dues('deliveries', mailboxId),
      store.keys.parked(mailboxId),
    ],
    [
      appointmentId,
      mailboxId,
      packIntent(intent!),
      nowMs,
      due,
      code,
      effect === 'unknown' ? '1' : effect === 'moot' ? '0' : '',
      isCounted ? '1' : '',
      bornAtMs ?? '',
      passedOverMs ?? '',
    ],
  )
}

/** Names an attempt on the item that it creates. */
function attemptName(): string {
  return randomBytes(6).toString('base64url')
}

function attemptOf(appointmentId: string, stored: StoredFields): OutboundAttempt {
  const { e: epoch, a: attempts, j: earlier, k: content, kv: version } = stored
  return {
    record: recordOf(appointmentId, stored),
    epoch: Number(epoch),
    attempts: Number(attempts),
    ...(earlier !== undefined && { earlier: unpackIntent(earlier) }),
    ...(content !== undefined && {
      overtaken: { version: Number(version), appointment: JSON.parse(content) as Appointment },
    }),
  }
}
