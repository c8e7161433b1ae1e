import {
  type CalendarGateway,
  CursorLostError,
  type ItemChange,
  MailboxRefusedError,
} from '@lockstep/exchange'
import { type Ledger, type Listing, type Mailbox, settingsWhileOn } from '@lockstep/ledger'
import type { MailboxHandler, WakeQueue } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import { confirmGone } from './confirm-gone.ts'
import { confirmFound, held, noteStamps, presumed } from './first-listing.ts'
import type { HearingUpkeep } from './hearing/hearing.ts'
import { openListing } from './listing.ts'
import type { MarksOf } from './marks.ts'

export type SyncOptions = {
  /** How long a job follows a mailbox's cursor before it lets others have their turn. */
  sliceMs: number
  /** A mailbox that Exchange refuses is tried again this often. */
  refusedMs: number
  /** How long the application has to send its appointments again after the ledger was lost. */
  rebuildWaitMs: number
  /** The whole calendar is compared this often, to find what went unnoticed. */
  repairEveryMs: number
}

type Deps = {
  ledger: Ledger
  gateway: CalendarGateway
  marksOf: MarksOf
  hearing: HearingUpkeep
  /** Takes care of a mailbox that is not enabled any more. */
  forgetMailbox: (mailboxId: string) => Promise<void>
  deliveries: Pick<WakeQueue, 'wakeQuietly'>
  outbound: Pick<WakeQueue, 'wakeQuietly'>
  log: Logger
  options: SyncOptions
}

/** Follows what changed in a mailbox's calendar, from its cursor until it is current. */
export function createSyncMailbox(deps: Deps): MailboxHandler {
  const { ledger, hearing, log, options } = deps

  return async function syncMailbox({ mailboxId }, signal) {
    const mailbox = await ledger.byId(mailboxId)
    if (!mailbox) {
      await deps.forgetMailbox(mailboxId)
      return 'done'
    }

    if (!(await isOn(ledger, mailbox))) return 'done'
    await ledger.lease('inbound', mailboxId, Date.now() + options.sliceMs + 10_000)
    const notifiedAtMs = await ledger.takeNotified(mailboxId)
    try {
      let lookAgainMs = await hearing.keep(mailbox, { isNotified: notifiedAtMs !== undefined }, signal)
      const { isCurrent, hasChanged, wasCurrentAtMs } = await follow(deps, mailbox, notifiedAtMs, signal)
      if (hasChanged && !notifiedAtMs) lookAgainMs = await hearing.doubt(mailbox, wasCurrentAtMs, signal)
      await ledger.setInboundDue(mailboxId, Date.now() + (isCurrent ? lookAgainMs : 0))
      return isCurrent ? 'done' : 'again'
    } catch (error) {
      await giveWay(deps, mailbox, error)
      log.debug({ mailboxId, code: (error as { code?: string }).code }, 'following a mailbox ended early')
      return 'done'
    }
  }
}

async function isOn(ledger: Ledger, { id }: Mailbox): Promise<boolean> {
  return (await settingsWhileOn(ledger, 'inbound', id, Date.now())) !== undefined
}

type Followed = {
  /** Nothing more was to be had. */
  isCurrent: boolean
  hasChanged: boolean
  /** When nothing more was to be had before this. */
  wasCurrentAtMs: number | undefined
}

/** What it takes to follow a calendar, and not to hear from it. */
export type FollowDeps = Omit<Deps, 'hearing' | 'forgetMailbox'>

/** Takes in what changed since the cursor, for one slice of time. */
export async function follow(
  deps: FollowDeps,
  mailbox: Mailbox,
  notifiedAtMs: number | undefined,
  signal: AbortSignal,
): Promise<Followed> {
  const { ledger, options } = deps
  const startedAtMs = Date.now()
  const endMs = startedAtMs + options.sliceMs
  const state = await ledger.mailboxState(mailbox.id)
  const wasCurrentAtMs = state.currentAtMs
  const listing = await openListing({ ...deps, repairEveryMs: options.repairEveryMs }, mailbox, state)

  // Read anew, since a pass that begins has dropped it.
  const { cursor, listedAtMs } = await ledger.mailboxState(mailbox.id)
  const isFirst = listedAtMs === undefined
  const pass = {
    startedAtMs,
    ...(notifiedAtMs && { notifiedAtMs }),
    ...(listing && listed(listing, isFirst, options)),
  }
  let before = cursor
  let hasChanged = false
  while (Date.now() < endMs && !signal.aborted && (await isOn(ledger, mailbox))) {
    const page = await deps.gateway.sync(mailbox.address, before, { signal, direction: 'inbound' })
    const applying = { ...pass, before, page }
    const applied = await apply(deps, mailbox, applying, signal)
    hasChanged ||= page.changes.length > 0 && !listing
    if (applied === 'moved') return { isCurrent: false, hasChanged, wasCurrentAtMs }
    before = page.cursor
    if (!page.isLast) continue
    const isComplete = !listing || (await endListing(deps, mailbox, { ...applying, listing }, signal))
    return { isCurrent: isComplete, hasChanged, wasCurrentAtMs }
  }
  return { isCurrent: false, hasChanged, wasCurrentAtMs }
}

function listed(listing: Listing, isFirst: boolean, { rebuildWaitMs }: SyncOptions) {
  return { listing, ...(isFirst && { heldUntilMs: listing.startedAtMs + rebuildWaitMs }) }
}

const missingAtATime = 500

/**
 * The listing is complete: what the ledger links and it lacks is looked at, since only a complete listing says that
 * something is gone.
 */
async function endListing(
  deps: FollowDeps,
  mailbox: Mailbox,
  { listing, page, startedAtMs, heldUntilMs }: Applying & { listing: Listing },
  signal: AbortSignal,
): Promise<boolean> {
  const missing = await deps.ledger.missingItems(mailbox.id, listing)
  const { cursor } = page
  for (let from = 0; from < missing.length; from += missingAtATime) {
    const some = missing.slice(from, from + missingAtATime)
    const changes = some.map((itemId) => ({ kind: 'gone' as const, itemId }))
    const applying = { before: cursor, page: { changes, cursor, isLast: true }, startedAtMs, listing }
    if ((await apply(deps, mailbox, applying, signal)) === 'moved') return false
  }
  await deps.ledger.endListing(mailbox.id, listing, Date.now(), heldUntilMs)
  if (heldUntilMs !== undefined) await deps.deliveries.wakeQuietly(mailbox.id)
  deps.log.info({ mailboxId: mailbox.id, cause: listing.cause, missing: missing.length }, 'compared whole')
  return true
}

type Applying = {
  before: string | undefined
  page: { changes: readonly ItemChange[]; cursor: string; isLast: boolean }
  startedAtMs: number
  notifiedAtMs?: number
  listing?: Listing
  /** It is the first one: what it finds is told later. */
  heldUntilMs?: number
}

async function apply(
  deps: FollowDeps,
  mailbox: Mailbox,
  { before, page, startedAtMs, notifiedAtMs, listing, heldUntilMs }: Applying,
  signal: AbortSignal,
): Promise<'applied' | 'moved'> {
  const { ledger, marksOf, deliveries, outbound, log } = deps
  const nowMs = Date.now()
  const changes = await confirmGone(deps, mailbox, page.changes, signal)
  const marks = await marksOf(mailbox, changes, signal)
  if (listing) {
    const appointmentIds = marks.map(({ appointmentId }) => appointmentId)
    await ledger.noteListed(mailbox.id, listing, { itemIds: listedIn(changes), appointmentIds })
  }
  if (heldUntilMs !== undefined) await noteStamps(ledger, mailbox, marks)
  const applied = await ledger.applyPage(mailbox.id, {
    before,
    after: page.cursor,
    isLast: page.isLast,
    marks: presumed(held(marks, heldUntilMs, listing !== undefined), heldUntilMs).map((mark) => ({
      ...mark,
      ...(notifiedAtMs && { notifiedAtMs }),
    })),
    listed: listedIn(changes),
    startedAtMs,
    nowMs,
  })
  if (applied === 'moved' || changes.length === 0) return applied

  log.info({ mailboxId: mailbox.id, changes: changes.length, marks: marks.length }, 'synced')
  await ledger.note(
    mailbox.id,
    marks.flatMap(({ appointmentId }) => [
      ...(notifiedAtMs
        ? [{ appointmentId, direction: 'inbound' as const, step: 'notified' as const, atMs: notifiedAtMs }]
        : []),
      { appointmentId, direction: 'inbound' as const, step: 'synced' as const, atMs: nowMs },
    ]),
  )
  if (await confirmFound(ledger, mailbox, marks)) await outbound.wakeQuietly(mailbox.id)
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
    const { listing } = await ledger.mailboxState(mailbox.id)
    const cause = listing?.finishedAtMs === undefined ? (listing?.cause ?? 'backfill') : 'cursorLost'
    await ledger.startListing(mailbox.id, cause, nowMs)
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
