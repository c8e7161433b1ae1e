import { type AdmissionRules, type Appointment, refusalOf } from '@lockstep/domain'
import {
  type CalendarGateway,
  ExchangeTransientError,
  ExchangeUnavailableError,
  ItemGoneError,
  type ItemResult,
  type CalendarItem,
  MailboxRefusedError,
} from '@lockstep/exchange'
import type { Changes, Ledger, Mailbox } from '@lockstep/ledger'
import { type Change, changeOf } from '@lockstep/producer'

type Entry = Changes['entries'][number]
type Deps = { ledger: Ledger; gateway: CalendarGateway; rules: AdmissionRules; signal: AbortSignal }

/** `passed`: a later change tells what became of it. */
type Reading = { readonly appointment?: Appointment; readonly reason?: string } | 'passed'

const RETRY_AFTER_MS = 2_000

/**
 * The changes that entries of the feed stand for, with the content that Exchange holds now. What is not there any more,
 * or may not be told any more, is left out: a later entry says so.
 */
export async function readChanges(entries: readonly Entry[], deps: Deps): Promise<Change[]> {
  const byMailbox = Map.groupBy(entries, ({ mailboxId }) => mailboxId)
  const read = await Promise.all(
    [...byMailbox].map(async ([mailboxId, ofMailbox]) => readMailbox(mailboxId, ofMailbox, deps)),
  )
  const changes = new Map(read.flat())
  return entries.flatMap(({ seq }) => changes.get(seq) ?? [])
}

async function readMailbox(
  mailboxId: string,
  entries: readonly Entry[],
  deps: Deps,
): Promise<[number, Change][]> {
  const mailbox = await deps.ledger.byId(mailboxId)
  if (!mailbox) return []
  const readings = await readAppointments(mailbox, entries.filter(hasContent), deps)

  return entries.flatMap((entry) => {
    const reading: Reading = hasContent(entry) ? (readings.get(entry.appointmentId) ?? 'passed') : {}
    if (reading === 'passed') return []
    return [[entry.seq, changeOf({ ...entry, mailbox: mailbox.address, ...reading })]]
  })
}

function hasContent({ kind, hides }: Entry): boolean {
  return (kind === 'created' || kind === 'updated') && !hides
}

async function readAppointments(
  mailbox: Mailbox,
  entries: readonly Entry[],
  { ledger, gateway, rules, signal }: Deps,
): Promise<Map<string, Reading>> {
  const appointmentIds = [...new Set(entries.map(({ appointmentId }) => appointmentId))]
  if (appointmentIds.length === 0) return new Map()
  const { byId } = await ledger.lookUp(mailbox.id, { appointmentIds })
  const linked = appointmentIds.flatMap((id) => {
    const link = byId.get(id)?.link
    return link?.item && !link.asleep ? [{ id, itemId: link.item.itemId }] : []
  })
  if (linked.length === 0) return new Map()

  const itemIds = linked.map(({ itemId }) => itemId)
  try {
    const results = await gateway.getItems(mailbox.address, itemIds, { signal, direction: 'inbound' })
    return new Map(linked.map(({ id }, index) => [id, readingOf(results[index]!, rules)]))
  } catch (error) {
    // One mailbox that cannot be read does not keep the others' changes from being told.
    if (!(error instanceof MailboxRefusedError)) throw error
    return new Map(linked.map(({ id }) => [id, { reason: error.code }]))
  }
}

function readingOf(result: ItemResult<CalendarItem>, rules: AdmissionRules): Reading {
  if (result.ok) {
    const { appointment, inCalendar } = result.value
    const mayBeTold = inCalendar && refusalOf(result.value, rules) === undefined
    return appointment && mayBeTold ? { appointment } : 'passed'
  }
  const { error } = result
  if (error instanceof ItemGoneError) return 'passed'
  if (error instanceof ExchangeUnavailableError) throw error
  if (error instanceof ExchangeTransientError) {
    throw new ExchangeUnavailableError(error.code, RETRY_AFTER_MS, { effect: 'none', cause: error })
  }
  return { reason: error.code }
}
