import {
  type Fingerprints,
  linkOfAbsent,
  linkOfCreated,
  linkOfUpdated,
  type OutboundPlan,
  sendWithinMs,
  withJoinBlock,
} from '@lockstep/domain'
import {
  type CalendarGateway,
  type Deadline,
  deadlineIn,
  type ItemResult,
  ItemChangedError,
  ItemGoneError,
  type WrittenItem,
} from '@lockstep/exchange'
import type { Ledger, Mailbox, OutboundOutcome } from '@lockstep/ledger'
import { outcomeOfError, settledAs } from './outcome.ts'
import { sendingOf } from './send.ts'
import { outcomeWithoutWriting } from './settle-unwritten.ts'
import type { OutboundSettings } from './outbound-settings.ts'
import type { Task } from './task.ts'

type Options = {
  ledger: Pick<Ledger, 'renewOutbound'>
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
  const deadline = await renew(options)
  await createAll(options, deadline)
  await updateAll(options, deadline)
  await adoptAll(options, deadline)
  await deleteAll(options, deadline)
}

const writing = new Set<OutboundPlan['action']>(['create', 'update', 'adopt', 'delete'])

/**
 * Makes sure that this worker still is the one to write, and says until when: it may have been frozen, and what it has
 * in hand be another's since. Once the deadline is past, another may soon repeat what was not heard of.
 */
async function renew({ ledger, mailbox, tasks, settings }: Options): Promise<Deadline> {
  const { leaseMs, lateCallMs } = settings
  const deadline = deadlineIn(sendWithinMs(lateCallMs))
  const renewing = tasks.filter(({ outcome, plan }) => !outcome && writing.has(plan.action))
  const attempts = renewing.map(({ attempt }) => attempt)
  const renewed = await ledger.renewOutbound(mailbox.id, attempts, { nowMs: Date.now(), leaseMs })
  for (const [index, task] of renewing.entries()) {
    const attempt = renewed[index]
    if (attempt) task.attempt = attempt
    else task.outcome = { kind: 'postponed', dueMs: Date.now() }
  }
  return deadline
}

async function createAll(
  { gateway, mailbox, tasks, settings, signal }: Options,
  deadline: Deadline,
): Promise<void> {
  const creating = planned(tasks, 'create')
  const creations = creating.map((task) => ({
    appointment: task.plan.appointment,
    stamp: stampOf(task),
    send: toAllOrNone(task, settings),
  }))
  await write(
    creating,
    () => gateway.createItems(mailbox.address, creations, outbound(signal, deadline)),
    (task, item) => {
      const { attempt, version } = stampOf(task)
      const link = linkOfCreated(task.attempt.record, { ...item, attempt, version }, task.fingerprints)
      return settledAs(link)
    },
  )
}

async function updateAll(
  { gateway, mailbox, tasks, settings, signal }: Options,
  deadline: Deadline,
): Promise<void> {
  const updating = planned(tasks, 'update')
  const updates = updating.map((task) => {
    const { item, changeKey, appointment, merge } = task.plan
    const stampAttempt = task.attempt.record.link.attempt
    return {
      itemId: item.itemId,
      changeKey,
      fields: merge.write,
      appointment: task.foundBody
        ? { ...appointment, body: withJoinBlock(appointment.body, task.foundBody) }
        : appointment,
      send: sendingOf(task, settings).send,
      ...(item.stamped && stampAttempt && { stamp: { ...stampOf(task), attempt: stampAttempt } }),
    }
  })
  await write(
    updating,
    () => gateway.updateItems(mailbox.address, updates, outbound(signal, deadline)),
    (task, { changeKey }) => {
      const { merge } = task.plan
      const observed = task.finding?.kind === 'item' ? task.finding.observed : undefined
      const link = linkOfUpdated(task.attempt.record, task.fingerprints!, {
        merge,
        changeKey,
        ...(observed && { observed }),
      })
      return settledAs(link)
    },
  )
}

/** An earlier attempt created the item: it is linked, and what it created beyond that is removed without mail. */
async function adoptAll({ gateway, mailbox, tasks, signal }: Options, deadline: Deadline): Promise<void> {
  for (const task of planned(tasks, 'adopt')) {
    const { found, extra } = task.plan
    const folded = extra.map(({ itemId }) => ({ itemId, send: 'none' as const }))
    const fold = async () =>
      folded.length > 0 ? gateway.deleteItems(mailbox.address, folded, outbound(signal, deadline)) : []
    const failed = await fold().then(firstFailure, (error: unknown) => error)
    task.outcome = failed
      ? outcomeOfError(failed, task.attempt.attempts, Date.now())
      : settledAs(linkOfCreated(task.attempt.record, found, printsOf(task, found.version)), {
          lookAgain: true,
        })
  }
}

/** Of the version with which the item was created, if that is known still. */
function printsOf({ attempt, fingerprints, overtaken }: Task, version: number): Fingerprints | undefined {
  if (version === attempt.record.wanted?.version) return fingerprints
  return version === overtaken?.version ? overtaken.fingerprints : undefined
}

async function deleteAll(
  { gateway, mailbox, tasks, settings, signal }: Options,
  deadline: Deadline,
): Promise<void> {
  const deleting = planned(tasks, 'delete').flatMap((task) =>
    task.plan.itemIds.map((itemId) => ({ task, itemId, send: toAllOrNone(task, settings) })),
  )
  if (deleting.length === 0) return
  const deletions = deleting.map(({ itemId, send }) => ({ itemId, send }))
  const results = await gateway
    .deleteItems(mailbox.address, deletions, outbound(signal, deadline))
    .catch((error: unknown) => deletions.map(() => ({ ok: false as const, error })))
  for (const [index, { task }] of deleting.entries()) {
    const result = results[index]!
    if (!result.ok) task.outcome = outcomeOfError(result.error, task.attempt.attempts, Date.now())
    else task.outcome ??= written(task, settledAs(linkOfAbsent(task.attempt.record, task.plan.attempt)))
  }
}

function toAllOrNone(task: Task, settings: OutboundSettings): 'none' | 'all' {
  return sendingOf(task, settings).send === 'none' ? 'none' : 'all'
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

function stampOf({ attempt: { record }, fingerprints }: Task) {
  const { appointmentId, intent } = record
  const { version, attempt } = intent!
  return { appointmentId, version, attempt, ...(fingerprints && { base: fingerprints }) }
}

function outbound(signal: AbortSignal, deadline: Deadline) {
  return { signal, deadline, direction: 'outbound' as const }
}
