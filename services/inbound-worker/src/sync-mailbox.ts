import {
  type CalendarGateway,
  CursorLostError,
  type ItemChange,
  MailboxRefusedError,
} from '@lockstep/exchange'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { MailboxHandler, WakeQueue } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import type { Subscriptions } from './subscriptions.ts'
import type { MarksOf } from './marks.ts'

export type SyncOptions = {
  /** How long a job follows a mailbox's cursor before it lets others have their turn. */
  sliceMs: number
  /** An idle mailbox is still compared this often. */
  compareEveryMs: number
  /** A mailbox that Exchange refuses is tried again this often. */
  refusedMs: number
}

type Deps = {
  ledger: Ledger
  gateway: CalendarGateway
  marksOf: MarksOf
  subscriptions: Subscriptions
  /** Takes care of a mailbox that is not enabled any more. */
  forgetMailbox: (mailboxId: string) => Promise<void>
  deliveries: Pick<WakeQueue, 'wakeQuietly'>
  log: Logger
  options: SyncOptions
}

/** Follows what changed in a mailbox's calendar, from its cursor until it is current. */
export function createSyncMailbox(deps: Deps): MailboxHandler {
  const { ledger, subscriptions, log, options } = deps

  return async function syncMailbox({ mailboxId }, signal) {
    const mailbox = await ledger.byId(mailboxId)
    if (!mailbox) {
      await deps.forgetMailbox(mailboxId)
      return 'done'
    }

    await ledger.lease('inbound', mailboxId, Date.now() + options.sliceMs + 10_000)
    const notifiedAtMs = await ledger.takeNotified(mailboxId)
    try {
      let lookAgainMs = await subscriptions.keep(mailbox, signal)
      const { isCurrent, hasChanged } = await follow(deps, mailbox, notifiedAtMs, signal)
      if (hasChanged && !notifiedAtMs)
        lookAgainMs = await subscriptions.keep(mailbox, signal, { isUnheard: true })
      const dueInMs = isCurrent ? Math.min(options.compareEveryMs, lookAgainMs) : 0
      await ledger.setInboundDue(mailboxId, Date.now() + dueInMs)
      return isCurrent ? 'done' : 'again'
    } catch (error) {
      await giveWay(deps, mailbox, error)
      log.debug({ mailboxId, code: (error as { code?: string }).code }, 'following a mailbox ended early')
      return 'done'
    }
  }
}

type Followed = {
  /** Nothing more was to be had. */
  isCurrent: boolean
  hasChanged: boolean
}

async function follow(
  deps: Deps,
  mailbox: Mailbox,
  notifiedAtMs: number | undefined,
  signal: AbortSignal,
): Promise<Followed> {
  const { ledger, options } = deps
  const startedAtMs = Date.now()
  const endMs = startedAtMs + options.sliceMs
  const { cursor } = await ledger.mailboxState(mailbox.id)
  if (cursor === undefined) return { isCurrent: await compareWhole(deps, mailbox, signal), hasChanged: false }

  let before = cursor
  let hasChanged = false
  while (Date.now() < endMs && !signal.aborted) {
    const page = await deps.gateway.sync(mailbox.address, before, { signal, direction: 'inbound' })
    const applied = await apply(
      deps,
      mailbox,
      { before, page, startedAtMs, ...(notifiedAtMs && { notifiedAtMs }) },
      signal,
    )
    hasChanged ||= page.changes.length > 0
    if (applied === 'moved') return { isCurrent: false, hasChanged }
    if (page.isLast) return { isCurrent: true, hasChanged }
    before = page.cursor
  }
  return { isCurrent: false, hasChanged }
}

/**
 * Without a cursor everything is listed. The cursor is kept only once the listing is complete: what the ledger links
 * and the listing lacks is looked at then, since only a complete listing says that something is gone.
 */
async function compareWhole(deps: Deps, mailbox: Mailbox, signal: AbortSignal): Promise<boolean> {
  const startedAtMs = Date.now()
  const changes: ItemChange[] = []
  let cursor: string | undefined
  let isLast = false
  while (!isLast) {
    signal.throwIfAborted()
    const page = await deps.gateway.sync(mailbox.address, cursor, { signal, direction: 'inbound' })
    changes.push(...page.changes)
    ;({ cursor, isLast } = page)
  }
  const listed = new Set(listedIn(changes))
  const linked = await deps.ledger.linkedItems(mailbox.id)
  const missing = linked
    .filter((itemId) => !listed.has(itemId))
    .map((itemId) => ({ kind: 'gone' as const, itemId }))
  const page = { changes: [...missing, ...changes], cursor: cursor!, isLast }
  return (await apply(deps, mailbox, { before: undefined, page, startedAtMs }, signal)) === 'applied'
}

type Applying = {
  before: string | undefined
  page: { changes: readonly ItemChange[]; cursor: string; isLast: boolean }
  startedAtMs: number
  notifiedAtMs?: number
}

async function apply(
  { ledger, marksOf, deliveries, log }: Deps,
  mailbox: Mailbox,
  { before, page, startedAtMs, notifiedAtMs }: Applying,
  signal: AbortSignal,
): Promise<'applied' | 'moved'> {
  const nowMs = Date.now()
  const { marks, unlinks } = await marksOf(mailbox, page.changes, signal)
  const applied = await ledger.applyPage(mailbox.id, {
    before,
    after: page.cursor,
    isLast: page.isLast,
    marks: marks.map((mark) => ({ ...mark, ...(notifiedAtMs && { notifiedAtMs }) })),
    unlinks,
    listed: listedIn(page.changes),
    startedAtMs,
    nowMs,
  })
  if (applied === 'moved' || page.changes.length === 0) return applied

  log.info({ mailboxId: mailbox.id, changes: page.changes.length, marks: marks.length }, 'synced')
  await ledger.note(
    mailbox.id,
    marks.flatMap(({ appointmentId }) => [
      ...(notifiedAtMs
        ? [{ appointmentId, direction: 'inbound' as const, step: 'notified' as const, atMs: notifiedAtMs }]
        : []),
      { appointmentId, direction: 'inbound' as const, step: 'synced' as const, atMs: nowMs },
    ]),
  )
  if (marks.length > 0) await deliveries.wakeQuietly(mailbox.id)
  return applied
}

function listedIn(changes: readonly ItemChange[]): string[] {
  return changes.flatMap((change) => (change.kind === 'present' ? [change.head.itemId] : []))
}

/** Leaves a due time for the mailbox that suits the failure; what is our own mistake is thrown on. */
async function giveWay({ ledger, log, options }: Deps, mailbox: Mailbox, error: unknown): Promise<void> {
  const nowMs = Date.now()
  if (error instanceof CursorLostError) {
    log.warn({ mailboxId: mailbox.id, code: error.code }, 'cursor lost, comparing the whole calendar')
    await ledger.dropCursor(mailbox.id)
    return ledger.setInboundDue(mailbox.id, nowMs)
  }
  if (error instanceof MailboxRefusedError) {
    log.warn({ mailboxId: mailbox.id, code: error.code }, 'mailbox refused')
    await ledger.refuseMailbox(mailbox.id, error.code, nowMs)
    return ledger.setInboundDue(mailbox.id, nowMs + options.refusedMs)
  }
  await ledger.setInboundDue(mailbox.id, nowMs + retryAfterOf(error))
  if (!(error instanceof Error && 'code' in error)) throw error
}

const transientMs = 2_000

function retryAfterOf(error: unknown): number {
  const { retryAfterMs } = error as { retryAfterMs?: number }
  return retryAfterMs ?? transientMs
}
