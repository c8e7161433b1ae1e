import {
  type Alike,
  appointmentIdFor,
  type Digest,
  isUntouched,
  type LinkedItem,
  linkOfAbsent,
} from '@lockstep/domain'
import { type CalendarGateway, type CallOptions, findAlike, type ItemHead } from '@lockstep/exchange'
import type { Ledger, Mailbox, OutboundOutcome, Presumed } from '@lockstep/ledger'
import { notFoundOut, settledAs } from './outcome.ts'
import type { Task } from './task.ts'

/** Where things are looked for, and for what. */
export type Searching = {
  ledger: Pick<Ledger, 'lookUp' | 'presumedItems' | 'handOver'>
  gateway: CalendarGateway
  mailbox: Mailbox
  tasks: readonly Task[]
  digest: Digest
  signal: AbortSignal
}

/**
 * Tells users' copies from what they were made from, where the ledger was lost: the id of a copy is made from its item,
 * so the application, which speaks of it, knows whose item that is.
 */
export async function findCopies(options: Searching): Promise<void> {
  const open = options.tasks.filter(({ outcome }) => !outcome)
  await Promise.all(
    open.map(async (task) => {
      try {
        await findCopiesOf(task, options)
      } catch (error) {
        task.outcome = notFoundOut(error, task.attempt.attempts)
      }
    }),
  )
}

async function findCopiesOf(task: Task, options: Searching): Promise<void> {
  const { plan } = task
  if (plan.action === 'findNamed') return findNamed(task, options)
  if (plan.action === 'findAlike') return lookAlike(task, plan.item, options)
  if (plan.action === 'handOver') return setFree(task, plan.item, options)
}

/** If its item was taken for another appointment's, it gets it; and that one what is left, which came for a copy. */
async function findNamed(task: Task, options: Searching): Promise<void> {
  const { ledger, mailbox } = options
  const { appointmentId } = task.attempt.record
  const presumed = await ledger.presumedItems(mailbox.id)
  const ids = await idsAsCopies(
    presumed.map(({ item }) => item),
    options,
  )
  const found = presumed[ids.indexOf(appointmentId)]
  const alike = found && (await findAlike(options.gateway, mailbox.address, found, callOf(options)))
  if (alike && (await handOver({ ...found, to: appointmentId }, options))) {
    await fill(found, alike, options)
    task.outcome = again()
  } else task.finding = { kind: 'unnamed' }
}

/** The first of them that was taken for a copy, and that the application does not speak of, was the original. */
async function fill({ appointmentId, item }: Presumed, alike: readonly ItemHead[], options: Searching) {
  const { ledger, mailbox } = options
  const { byItemId } = await ledger.lookUp(mailbox.id, { itemIds: alike.map(({ itemId }) => itemId) })
  const ids = await idsAsCopies(alike, options)
  const isTakenForCopy = ({ itemId }: ItemHead, n: number) => {
    const record = byItemId.get(itemId)
    return record?.appointmentId === ids[n] && !record?.wanted && isUntouched(record!)
  }
  const at = alike.findIndex(isTakenForCopy)
  if (at < 0) return
  const { itemId, uid } = alike[at]!
  const original = { ...item, itemId, uid }
  await ledger.handOver(mailbox.id, { from: ids[at]!, to: appointmentId, item: original }, Date.now())
}

async function lookAlike(task: Task, item: LinkedItem, options: Searching): Promise<void> {
  const { appointmentId } = task.attempt.record
  const { gateway, mailbox } = options
  const call = callOf(options)
  const found = await findAlike(gateway, mailbox.address, { appointmentId, item }, call)
  const own = found.find(({ itemId }) => itemId === item.itemId)
  const others = await notKnownAsCopies(
    found.filter((head) => head !== own),
    options,
  )
  const deleted = item.stamped ? await gateway.findTakenAwayByStamp(mailbox.address, appointmentId, call) : []
  const elsewhere = deleted.filter((head) => mayBeOriginalOf(own, head))
  if (task.finding?.kind !== 'item') return
  task.finding = {
    ...task.finding,
    alike: { inCalendar: others.length, elsewhere: elsewhere.length } satisfies Alike,
  }
}

/** What was deleted is of an earlier life of the appointment if an earlier attempt made it, and no newer version was in it. */
function mayBeOriginalOf(item: ItemHead | undefined, { stamp }: ItemHead): boolean {
  if (!item?.stamp || !stamp) return true
  return stamp.attempt === item.stamp.attempt || stamp.version > item.stamp.version
}

async function notKnownAsCopies(heads: readonly ItemHead[], options: Searching): Promise<ItemHead[]> {
  const { ledger, mailbox } = options
  const { byItemId } = await ledger.lookUp(mailbox.id, { itemIds: heads.map(({ itemId }) => itemId) })
  const ids = await idsAsCopies(heads, options)
  return heads.filter(({ itemId }, n) => {
    const record = byItemId.get(itemId)
    return record?.wanted === undefined || record.appointmentId !== ids[n]
  })
}

/** It was decided that it is no item of the appointment's: it is one of its own from now on. */
async function setFree(task: Task, item: LinkedItem, options: Searching): Promise<void> {
  const { appointmentId } = task.attempt.record
  const [to = ''] = await idsAsCopies([item], options)
  const isFree = await handOver({ appointmentId, item, to }, options)
  task.outcome = isFree ? again() : settledAs(linkOfAbsent(task.attempt.record))
}

function handOver(
  { appointmentId, item, to }: Presumed & { to: string },
  { ledger, mailbox }: Searching,
): Promise<boolean> {
  const { isPresumed: _isPresumed, ...own } = item
  const handedOver = { from: appointmentId, to, item: { ...own, stamped: false } }
  return ledger.handOver(mailbox.id, handedOver, Date.now())
}

/** The ids that these items have as copies, or that the application has given them. */
async function idsAsCopies(
  items: readonly Pick<LinkedItem, 'itemId' | 'uid'>[],
  { ledger, mailbox, digest }: Searching,
): Promise<string[]> {
  const owner = mailbox.enabledAs ?? mailbox.id
  const ids = items.map(({ itemId, uid = '' }) => appointmentIdFor(owner, uid, digest, itemId))
  const { byId } = await ledger.lookUp(mailbox.id, { appointmentIds: ids })
  return ids.map((id) => byId.get(id)?.appointmentId ?? id)
}

function again(): OutboundOutcome {
  return { kind: 'postponed', dueMs: Date.now() }
}

function callOf({ signal }: Searching): CallOptions {
  return { signal, direction: 'outbound' }
}
