import { setTimeout as wait } from 'node:timers/promises'
import {
  type AppointmentRecord,
  isUntouched,
  type LinkedItem,
  planSync,
  type Refusal,
  type SyncPlan,
} from '@lockstep/domain'
import { type CalendarGateway, ExchangeRejectedError, type ItemHead } from '@lockstep/exchange'
import type { Known, Ledger, Mailbox, Mark } from '@lockstep/ledger'
import { createComparing } from './comparing.ts'

export type MarkOfDeps = {
  ledger: Ledger
  gateway: CalendarGateway
  refusePersonal: boolean
  /** Hears of what is not of interest since it may not cross. */
  onRefused?: (reason: Refusal) => void
}

/** A page of changes while it is looked through. */
export type Page = {
  readonly mailbox: Mailbox
  readonly signal: AbortSignal
  readonly idOf: (head: Pick<ItemHead, 'uid'>) => string
  /** The id of an appointment of its own that shares its UID with another. */
  readonly copyIdOf: (head: Pick<ItemHead, 'uid' | 'itemId'>) => string
  /** What is known under the items' ids, UIDs and stamps; `copies`: as copies. */
  readonly known: Known
  readonly copies: Known
  /** What the page has come to so far, by appointment. */
  readonly marks: Map<string, Mark>
}

/** A write of our own is on its way: time for it to be settled before the item is looked at. */
const laterMs = 1_000

/** How often in a page the outcome of such a write is waited for, where the item may be a second one of its kind. */
const settling = { tries: 20, everyMs: 100 }

/** A write that has had no outcome for so long is not waited for: its direction may be switched off. */
const underWayMs = 60_000

/** A page that cannot be understood before a write of ours has its outcome. It is asked for again. */
class WriteUnderWayError extends Error {
  override name = 'WriteUnderWayError'
  readonly code = 'WRITE_UNDER_WAY'
  readonly retryAfterMs = 1_000
}

/** Decides of each item of a page what the application may have to be told; reads no content. */
export function createMarkOf(
  { ledger, gateway, refusePersonal, onRefused }: MarkOfDeps,
  { mailbox, signal, idOf, copyIdOf, known, copies, marks }: Page,
): (head: ItemHead) => Promise<Mark | undefined> {
  const comparing = createComparing({ gateway, address: mailbox.address, signal })
  let triesLeft = settling.tries
  return markOf

  async function markOf(head: ItemHead): Promise<Mark | undefined> {
    const byItemId = known.byItemId.get(head.itemId)
    const byStamp = head.stamp && known.byId.get(head.stamp.appointmentId)
    const byUid = known.byUid.get(head.uid.toLowerCase())
    const byId = known.byId.get(idOf(head))
    const byCopyId = copies.byId.get(copyIdOf(head))
    const candidates = {
      ...(byItemId && { byItemId }),
      ...(byStamp && { byStamp }),
      ...(byUid && { byUid }),
      ...(byId && { byId }),
      ...(byCopyId && { byCopyId }),
    }
    const plan = planSync(head, candidates, { refusePersonal })
    const isSettling = plan.action === 'look' && plan.later && !byItemId
    return carryOut(isSettling ? await planOnceSettled(head, plan) : plan, head)
  }

  /**
   * It carries the stamp of an appointment that is being created. Whether it is the item that is created just now, or
   * one of an earlier attempt that landed late, is known once that is settled.
   */
  async function planOnceSettled(head: ItemHead, plan: SyncPlan): Promise<SyncPlan> {
    const { appointmentId } = head.stamp!
    await ledger.hastenOutbound(mailbox.id, appointmentId, Date.now())
    for (;;) {
      if (triesLeft > 0) await wait(settling.everyMs, undefined, { signal })
      const now = await ledger.lookUp(mailbox.id, {
        itemIds: [head.itemId],
        appointmentIds: [appointmentId],
      })
      const byItemId = now.byItemId.get(head.itemId)
      const byStamp = now.byId.get(appointmentId)
      const candidates = { ...(byItemId && { byItemId }), ...(byStamp && { byStamp }) }
      if (!byStamp?.intent) return planSync(head, candidates, { refusePersonal })
      if (triesLeft-- > 0) continue
      if (Date.now() - byStamp.intent.atMs < underWayMs) throw new WriteUnderWayError()
      return plan
    }
  }

  /** It looks like the appointment's own. Another item of the page may look the same. */
  async function presumed(appointmentId: string, head: ItemHead, stamped: boolean): Promise<Mark> {
    const isOwnId = appointmentId === (copies.byId.get(copyIdOf(head))?.appointmentId ?? copyIdOf(head))
    if (isOwnId) return linking(appointmentId, { ...head, stamped })
    const other = marks.get(appointmentId)?.item
    return other
      ? apart(appointmentId, other, head)
      : linking(appointmentId, { ...head, stamped, isPresumed: true })
  }

  /** One of two that look the same is a copy, and an appointment of its own: rather the one that came later. */
  async function apart(appointmentId: string, other: LinkedItem, head: ItemHead): Promise<Mark> {
    const { stamped } = other
    const asOriginal = linking(appointmentId, { ...head, stamped, isPresumed: true })
    if (!(await comparing.isStillThere(appointmentId, other, head))) return asOriginal
    if (!(await comparing.isOlder(appointmentId, head, other)))
      return linking(copyIdOf(head), { ...head, stamped: false })
    marks.set(appointmentId, asOriginal)
    const copy = { itemId: other.itemId, uid: other.uid ?? head.uid }
    return linking(copyIdOf(copy), { ...copy, stamped: false })
  }

  function noteRefused(reason: Refusal | 'echo' | 'known' | 'unknown'): void {
    if (reason !== 'echo' && reason !== 'known' && reason !== 'unknown') onRefused?.(reason)
  }

  async function carryOut(plan: SyncPlan, head: ItemHead): Promise<Mark | undefined> {
    switch (plan.action) {
      case 'nothing':
        noteRefused(plan.reason)
        return undefined
      case 'look': {
        const { appointmentId } = plan.record
        return { appointmentId, kind: 'look', ...(plan.later && { notBeforeMs: Date.now() + laterMs }) }
      }
      case 'withdraw':
        return { appointmentId: plan.record.appointmentId, kind: 'withdraw', reason: plan.reason }
      case 'link':
        return presumed(plan.appointmentId ?? idOf(head), head, plan.stamped)
      case 'hide':
        if (marks.get(plan.appointmentId)?.item) return undefined
        return {
          ...(await presumed(plan.appointmentId, head, plan.stamped)),
          kind: 'withdraw',
          reason: plan.reason,
        }
      case 'compare':
        return compared(plan, head)
      case 'fold':
        await fold(head)
        return undefined
    }
  }

  /** What may pass by itself is tried again with the page: nothing else would tell of the item. */
  async function fold({ itemId }: ItemHead): Promise<void> {
    const call = { signal, direction: 'inbound' as const }
    const [result] = await gateway.deleteItems(mailbox.address, [{ itemId, send: 'none' }], call)
    if (!result!.ok && !(result!.error instanceof ExchangeRejectedError)) throw result!.error
  }

  async function compared(
    { record, absent, original }: Extract<SyncPlan, { action: 'compare' }>,
    head: ItemHead,
  ): Promise<Mark> {
    const { appointmentId } = record
    const item = itemOf(record)
    if (!absent && item.isPresumed && isUntouched(record)) return apart(appointmentId, item, head)
    const moved = (await moving(record, head)) ?? (original && (await moving(original, head)))
    return moved ?? linking(absent ?? copyIdOf(head), { ...head, stamped: false })
  }

  function itemOf({ appointmentId, link }: AppointmentRecord): LinkedItem {
    return marks.get(appointmentId)?.item ?? link.item!
  }

  /** It is the appointment's item, if the one that is known is not there any more. */
  async function moving(record: AppointmentRecord, head: ItemHead): Promise<Mark | undefined> {
    const { appointmentId } = record
    const item = itemOf(record)
    if (await comparing.isStillThere(appointmentId, item, head)) return undefined
    const { stamped, isPresumed } = item
    return linking(appointmentId, { ...head, stamped, ...(isPresumed && { isPresumed }) })
  }
}

type Found = Pick<ItemHead, 'itemId' | 'uid'> & Pick<LinkedItem, 'stamped' | 'isPresumed'>

/** The role is not known before the item is read. */
function linking(appointmentId: string, { itemId, uid, stamped, isPresumed }: Found): Mark {
  const item: LinkedItem = { itemId, uid, role: 'organizer', stamped, ...(isPresumed && { isPresumed }) }
  return { appointmentId, kind: 'look', item }
}
