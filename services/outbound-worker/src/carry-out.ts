import {
  type AppointmentRecord,
  type Fingerprints,
  type Observed,
  linkOfAbsent,
  linkOfCancelledMeanwhile,
  linkOfCreated,
  linkOfLanded,
  linkOfUpdated,
  type OutboundPlan,
  sendOnCreateOrDelete,
  sendOnUpdate,
} from '@lockstep/domain'
import {
  type CalendarGateway,
  type ItemResult,
  ItemChangedError,
  ItemGoneError,
  type WrittenItem,
} from '@lockstep/exchange'
import type { Mailbox, OutboundOutcome } from '@lockstep/ledger'
import { outcomeOfError } from './outcome.ts'
import type { OutboundSettings } from './settle-batch.ts'
import type { Task } from './task.ts'

type Options = {
  gateway: CalendarGateway
  mailbox: Mailbox
  tasks: readonly Task[]
  settings: OutboundSettings
  signal: AbortSignal
}

type Planned<Action extends OutboundPlan['action']> = Task & {
  plan: Extract<OutboundPlan, { action: Action }>
}

/** Carries out the plans that do not need another look: the writes in batches, one request for each kind. */
export async function carryOut(options: Options): Promise<void> {
  for (const task of options.tasks) {
    const outcome = task.mustRead ? undefined : (task.outcome ?? outcomeWithoutWriting(task))
    if (outcome) task.outcome = outcome
  }
  await createAll(options)
  await updateAll(options)
  await adoptAll(options)
  await deleteAll(options)
}

/** The outcome of a plan that writes nothing; none yet of one that does. */
function outcomeWithoutWriting({ plan, attempt, fingerprints, finding }: Task): OutboundOutcome | undefined {
  const { record } = attempt
  switch (plan.action) {
    case 'settle':
      return settled(record, plan, fingerprints, finding?.kind === 'item' ? finding.observed : undefined)
    case 'landed': {
      const link = linkOfLanded(record, fingerprints!, plan.observed, plan.written)
      return { kind: 'settled', link, untold: true }
    }
    case 'tellCancelled':
      return {
        kind: 'settled',
        link: linkOfCancelledMeanwhile(record, fingerprints!, Date.now()),
        untold: true,
      }
    case 'sleep':
      return { kind: 'parked', code: 'ASLEEP' }
    case 'wait':
      // Nothing was tried: the lost call stays the one that is waited for.
      return postponed(plan.untilMs, 'LOST_ANSWER', 'none')
    case 'missing':
      return { ...postponed(Date.now() + missingMs, 'ITEM_MISSING', 'none'), costsAttempt: true }
    default:
      return undefined
  }
}

function settled(
  record: AppointmentRecord,
  { merge }: Extract<OutboundPlan, { action: 'settle' }>,
  fingerprints: Fingerprints | undefined,
  observed: Observed | undefined,
): OutboundOutcome {
  const { wanted, link: known } = record
  // Settled before, while this attempt's outcome was open: what Exchange holds now has to be looked at.
  if (!wanted || wanted.version <= known.written.version)
    return { kind: 'settled', link: known, untold: true }
  if (!fingerprints) return { kind: 'settled', link: linkOfAbsent(record), untold: false }
  const link = linkOfUpdated(record, fingerprints, { ...(merge && { merge }), ...(observed && { observed }) })
  return { kind: 'settled', link, untold: (merge?.lost.length ?? 0) + (merge?.untold.length ?? 0) > 0 }
}

function postponed(dueMs: number, code: string, effect: 'none' | 'unknown') {
  return { kind: 'failed' as const, dueMs, code, effect, costsAttempt: false }
}

/** Time for the other direction to find out whether the item was deleted or moved. */
const missingMs = 3_000

async function createAll({ gateway, mailbox, tasks, settings, signal }: Options): Promise<void> {
  const creating = planned(tasks, 'create')
  const creations = creating.map(({ plan: { appointment }, attempt, isOver = false }) => ({
    appointment,
    stamp: stampOf(attempt),
    send: sendOnCreateOrDelete({
      role: 'organizer',
      attendees: appointment.attendees,
      isOver,
      mute: settings.mute,
    }),
  }))
  await write(
    creating,
    () => gateway.createItems(mailbox.address, creations, outbound(signal)),
    (task, item) => {
      const { attempt, version } = stampOf(task.attempt)
      const link = linkOfCreated(task.attempt.record, { ...item, attempt, version }, task.fingerprints!)
      return { kind: 'settled', link, untold: false }
    },
  )
}

async function updateAll({ gateway, mailbox, tasks, settings, signal }: Options): Promise<void> {
  const updating = planned(tasks, 'update')
  const updates = updating.map(
    ({ plan: { item, changeKey, appointment, merge }, attempt, isOver = false }) => {
      const meeting = { role: item.role, attendees: appointment.attendees, isOver, mute: settings.mute }
      const stampAttempt = attempt.record.link.attempt
      return {
        itemId: item.itemId,
        changeKey,
        fields: merge.write,
        appointment,
        send: sendOnUpdate(meeting, merge.write),
        ...(item.stamped && stampAttempt && { stamp: { ...stampOf(attempt), attempt: stampAttempt } }),
      }
    },
  )
  await write(
    updating,
    () => gateway.updateItems(mailbox.address, updates, outbound(signal)),
    (task, { changeKey }) => {
      const { merge } = task.plan
      const observed = task.finding?.kind === 'item' ? task.finding.observed : undefined
      const link = linkOfUpdated(task.attempt.record, task.fingerprints!, {
        merge,
        changeKey,
        ...(observed && { observed }),
      })
      return { kind: 'settled', link, untold: merge.lost.length + merge.untold.length > 0 }
    },
  )
}

/** An earlier attempt created the item: it is linked, and what it created beyond that is removed without mail. */
async function adoptAll({ gateway, mailbox, tasks, signal }: Options): Promise<void> {
  for (const task of planned(tasks, 'adopt')) {
    const { found, extra } = task.plan
    const folded = extra.map(({ itemId }) => ({ itemId, send: 'none' as const }))
    const fold = async () =>
      folded.length > 0 ? gateway.deleteItems(mailbox.address, folded, outbound(signal)) : []
    const failed = await fold().then(firstFailure, (error: unknown) => error)
    task.outcome = failed
      ? outcomeOfError(failed, task.attempt.attempts, Date.now())
      : { kind: 'settled', link: linkOfCreated(task.attempt.record, found, task.fingerprints!), untold: true }
  }
}

async function deleteAll({ gateway, mailbox, tasks, settings, signal }: Options): Promise<void> {
  const deleting = planned(tasks, 'delete').flatMap((task) =>
    task.plan.itemIds.map((itemId) => ({ task, itemId, send: sendOnDelete(task, settings) })),
  )
  if (deleting.length === 0) return
  const deletions = deleting.map(({ itemId, send }) => ({ itemId, send }))
  const results = await gateway
    .deleteItems(mailbox.address, deletions, outbound(signal))
    .catch((error: unknown) => deletions.map(() => ({ ok: false as const, error })))
  for (const [index, { task }] of deleting.entries()) {
    const result = results[index]!
    if (!result.ok) task.outcome = outcomeOfError(result.error, task.attempt.attempts, Date.now())
    else
      task.outcome ??= written(task, {
        kind: 'settled',
        link: linkOfAbsent(task.attempt.record),
        untold: false,
      })
  }
}

function sendOnDelete({ meeting }: Task, { mute }: OutboundSettings): 'none' | 'all' {
  return meeting ? sendOnCreateOrDelete({ ...meeting, mute }) : 'none'
}

/** Writes a batch and gives each task its own outcome; one that changed underneath is planned anew, after a read. */
async function write<PlannedTask extends Task>(
  tasks: readonly PlannedTask[],
  call: () => Promise<ItemResult<WrittenItem>[]>,
  settled: (task: PlannedTask, item: WrittenItem) => OutboundOutcome,
): Promise<void> {
  if (tasks.length === 0) return
  const results = await call().catch((error: unknown) => tasks.map(() => ({ ok: false as const, error })))
  for (const [index, task] of tasks.entries()) {
    const result = results[index]!
    if (result.ok) task.outcome = written(task, settled(task, result.value))
    else if (result.error instanceof ItemChangedError) task.mustRead = true
    else if (result.error instanceof ItemGoneError) task.finding = { kind: 'gone' }
    else task.outcome = outcomeOfError(result.error, task.attempt.attempts, Date.now())
  }
}

function written(task: Task, outcome: OutboundOutcome): OutboundOutcome {
  task.writtenAtMs = Date.now()
  return outcome
}

function firstFailure(results: readonly ItemResult<void>[]): unknown {
  return results.find((result) => !result.ok)?.error
}

function planned<Action extends OutboundPlan['action']>(
  tasks: readonly Task[],
  action: Action,
): Planned<Action>[] {
  return tasks.filter((task): task is Planned<Action> => !task.outcome && task.plan.action === action)
}

function stampOf({ record }: Task['attempt']) {
  const { appointmentId, intent } = record
  return { appointmentId, version: intent!.version, attempt: intent!.attempt }
}

function outbound(signal: AbortSignal) {
  return { signal, direction: 'outbound' as const }
}
