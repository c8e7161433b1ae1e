import {
  attemptsBeforeParking,
  type CalendarKnowledge,
  type Digest,
  fingerprintsOf,
  isOver,
  type OutboundPlan,
  planOutbound,
  type SettingsInForce,
  tellsOfLoss,
} from '@lockstep/domain'
import type { CalendarGateway } from '@lockstep/exchange'
import type { Ledger, Mailbox, OutboundAttempt, OutboundOutcome } from '@lockstep/ledger'
import type { WakeQueue } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import { askForListing, askForListingOfDropped } from './ask-for-listing.ts'
import { calendarOf } from './calendar-knowledge.ts'
import { carryOut } from './carry-out.ts'
import { type ConflictKeeping, withConflictValues } from './conflict-values.ts'
import { holdBack, type OnBraked } from './hold-back.ts'
import { uncountMails } from './mail-budget.ts'
import { findOut } from './find-out.ts'
import { noteCrossing } from './oscillation.ts'
import { outcomeOfFailure } from './outcome.ts'
import { sendingOf } from './send.ts'
import type { FixedSettings, OutboundSettings } from './outbound-settings.ts'
import type { Task } from './task.ts'
import { trailOf } from './trail.ts'

export type SettleBatchDeps = {
  ledger: Ledger
  gateway: CalendarGateway
  digest: Digest
  log: Logger
  settings: FixedSettings
  conflicts: ConflictKeeping
  /** Missing in a dry run. */
  inbound?: Pick<WakeQueue, 'wakeQuietly'>
  onBraked?: OnBraked
  /** Hears what came of each task, and how many its write has mailed. */
  onOutcome?: (task: Task, outcome: OutboundOutcome, recipients: number) => void
}

/** Settles a batch of begun appointments of one mailbox. Resolves with how many are settled. */
export type SettleBatch = (
  where: { readonly mailbox: Mailbox; readonly inForce: SettingsInForce },
  attempts: readonly OutboundAttempt[],
  signal: AbortSignal,
) => Promise<number>

/** A plan may need to look at Exchange first, and a conflict needs another look; more than that is a moving target. */
const rounds = 6
const movingTargetMs = 2_000

/** Look up, decide, act, remember; for all appointments of the batch together, with an outcome for each. */
export function createSettleBatch(deps: SettleBatchDeps): SettleBatch {
  const { ledger, gateway, log } = deps

  return async function settleBatch({ mailbox, inForce }, attempts, signal) {
    const { conflictPolicy, mute } = inForce
    const settings = { ...deps.settings, policy: conflictPolicy.value, mute: mute.value }
    const tasks = attempts.map((attempt) => taskOf(attempt, deps))
    const calendar = await calendarOf(ledger, mailbox, settings)
    if (isOpen(calendar) && attempts.some(({ record }) => tellsOfLoss(record, calendar)))
      await ledger.noteRestored(mailbox)
    await ledger.note(mailbox.id, trailOf(tasks, 'started'))
    for (let round = 0; round < rounds && tasks.some((task) => !task.outcome); round++) {
      const open = tasks.filter((task) => !task.outcome)
      for (const task of open) task.plan = planOf(task, settings, calendar)
      await findOut({ ledger, gateway, mailbox, tasks: open, settings, digest: deps.digest, signal })
      await holdBack({ ledger, mailbox, tasks: open, settings, log, onBraked: deps.onBraked })
      await carryOut({ ledger, gateway, mailbox, tasks: open, settings, signal })
      await uncountMails({ ledger, mailbox, tasks: open })
    }

    await askForListing(deps, mailbox, tasks, calendar)
    const results = await Promise.all(tasks.map((task) => commit(task, mailbox)))
    await askForListingOfDropped(deps, mailbox, tasks)
    for (const task of tasks)
      deps.onOutcome?.(task, task.outcome ?? movingTarget(), sendingOf(task, settings).recipients)
    await ledger.note(mailbox.id, trailOf(tasks, 'settled'))
    return results.filter(Boolean).length
  }

  async function commit(task: Task, mailbox: Mailbox): Promise<boolean> {
    const outcome = withConflictValues(task.outcome ?? movingTarget(), task, mailbox, deps.conflicts)
    if (task.plan.action === 'confirm')
      await ledger.noteUnconfirmed(mailbox.id, task.attempt.record.appointmentId, Date.now())
    const result = await ledger.commitOutbound(mailbox.id, task.attempt, outcome, Date.now())
    const { appointmentId, wanted } = task.attempt.record
    if (result === 'committed' && outcome.kind === 'settled') await noteCrossing(ledger, mailbox, task)
    if (task.plan.action === 'missing')
      await ledger.mark(mailbox.id, { appointmentId, kind: 'look' }, Date.now())
    const facts = { mailboxId: mailbox.id, appointmentId, version: wanted?.version, action: task.plan.action }
    if (result === 'overlapped') log.info(facts, 'overlapped with another attempt')
    else if (outcome.kind === 'parked') log.warn({ ...facts, code: outcome.code }, 'parked an appointment')
    else if (outcome.kind === 'failed')
      log.info({ ...facts, code: outcome.code }, 'failed to write, will try again')
    else log.info(facts, outcome.kind === 'settled' ? 'settled' : 'postponed')
    return result === 'committed' && outcome.kind === 'settled'
  }
}

/** Whether it can still be that an earlier ledger was lost. */
function isOpen({ isListed, othersAwaitedMs }: CalendarKnowledge): boolean {
  return !isListed || othersAwaitedMs !== undefined
}

function taskOf(attempt: OutboundAttempt, { digest }: SettleBatchDeps): Task {
  const { wanted } = attempt.record
  const { overtaken } = attempt
  const appointment = wanted?.kind === 'present' && 'appointment' in wanted ? wanted.appointment : undefined
  return {
    attempt,
    plan: { action: 'settle' },
    ...(appointment && {
      appointment,
      fingerprints: fingerprintsOf(appointment, digest),
      isOver: isOver(appointment, Date.now()),
    }),
    ...(overtaken && {
      overtaken: {
        version: overtaken.version,
        fingerprints: fingerprintsOf(overtaken.appointment, digest),
      },
    }),
    ...(attempt.attempts > attemptsBeforeParking && {
      outcome: outcomeOfFailure('NO_OUTCOME', attempt.attempts) satisfies OutboundOutcome,
    }),
  }
}

function planOf(
  { attempt, fingerprints, overtaken, finding, mustRead }: Task,
  settings: OutboundSettings,
  calendar: CalendarKnowledge,
): OutboundPlan {
  const { item } = attempt.record.link
  // What was planned, or is planned from an older read, is not for the item as it is now.
  if (mustRead && item) return { action: 'read', item }
  return planOutbound({
    record: attempt.record,
    calendar,
    ...(fingerprints && { fingerprints }),
    ...(attempt.earlier && { earlier: attempt.earlier }),
    ...(overtaken && { overtaken }),
    ...(finding && { finding }),
    rules: { ...settings, nowMs: Date.now() },
  })
}

/** It changes at Exchange as fast as it is read. */
function movingTarget(): OutboundOutcome {
  const dueMs = Date.now() + movingTargetMs
  return { kind: 'failed', dueMs, code: 'ItemKeepsChanging', effect: 'none', costsAttempt: true }
}
