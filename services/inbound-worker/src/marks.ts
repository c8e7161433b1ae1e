import { appointmentIdFor, type Digest, type LinkedItem, planSync, type SyncPlan } from '@lockstep/domain'
import type { CalendarGateway, ItemChange, ItemHead } from '@lockstep/exchange'
import type { Ledger, Mailbox, Mark } from '@lockstep/ledger'

type Deps = {
  ledger: Ledger
  gateway: CalendarGateway
  digest: Digest
  refusePersonal: boolean
}

/** What a page means for the ledger: appointments to look at, and handles that are no longer current. */
export type PageMarks = { marks: Mark[]; unlinks: string[] }

export type MarksOf = (
  mailbox: Mailbox,
  changes: readonly ItemChange[],
  signal: AbortSignal,
) => Promise<PageMarks>

/** A write of our own is on its way: time for it to be settled before the item is looked at. */
const laterMs = 1_000

/** Decides, change by change, what the application may have to be told; reads no content. */
export function createMarksOf({ ledger, gateway, digest, refusePersonal }: Deps): MarksOf {
  return async function marksOf(mailbox, changes, signal) {
    const known = await ledger.lookUp(mailbox.id, keysOf(changes))
    const marks = new Map<string, Mark>()
    const unlinks: string[] = []

    for (const change of changes) {
      if (change.kind === 'gone') {
        const record = known.byItemId.get(change.itemId)
        if (!record) continue
        const { appointmentId } = record
        // Moved out and back in one page: the handle that went is not the current one any more.
        if (!marks.get(appointmentId)?.item) marks.set(appointmentId, { appointmentId, kind: 'gone' })
        continue
      }
      const mark = await markOf(change.head)
      if (mark) marks.set(mark.appointmentId, mark)
    }
    return { marks: [...marks.values()], unlinks }

    async function markOf(head: ItemHead): Promise<Mark | undefined> {
      const byItemId = known.byItemId.get(head.itemId)
      const byStamp = head.stamp && known.byId.get(head.stamp.appointmentId)
      const byUid = known.byUid.get(head.uid.toLowerCase())
      const candidates = {
        ...(byItemId && { byItemId }),
        ...(byStamp && { byStamp }),
        ...(byUid && { byUid }),
      }
      return carryOut(planSync(head, candidates, { refusePersonal }), head)
    }

    async function carryOut(plan: SyncPlan, head: ItemHead): Promise<Mark | undefined> {
      switch (plan.action) {
        case 'nothing':
          return undefined
        case 'look': {
          const { appointmentId } = plan.record
          return { appointmentId, kind: 'look', ...(plan.later && { notBeforeMs: Date.now() + laterMs }) }
        }
        case 'withdraw':
          return { appointmentId: plan.record.appointmentId, kind: 'withdraw', reason: plan.reason }
        case 'link':
          return linking(
            plan.appointmentId ?? appointmentIdFor(mailbox.id, head.uid, digest),
            head,
            plan.stamped,
          )
        case 'compare':
          return (await isStillThere(plan.record.link.item!))
            ? linking(appointmentIdFor(mailbox.id, head.uid, digest, head.itemId), head, false)
            : linking(plan.record.appointmentId, head, plan.record.link.item!.stamped)
        case 'fold':
          await gateway.deleteItems(mailbox.address, [{ itemId: head.itemId, send: 'none' }], {
            signal,
            direction: 'inbound',
          })
          return undefined
      }
    }

    async function isStillThere({ itemId }: LinkedItem): Promise<boolean> {
      const [result] = await gateway.getItems(mailbox.address, [itemId], { signal, direction: 'inbound' })
      return result!.ok && result!.value.inCalendar
    }
  }
}

/** The role is not known before the item is read. */
function linking(appointmentId: string, { itemId, uid, stamp }: ItemHead, stamped: boolean): Mark {
  const item: LinkedItem = { itemId, uid, role: 'organizer', stamped }
  return { appointmentId, kind: 'look', item, ...(stamped && stamp && { attempt: stamp.attempt }) }
}

function keysOf(changes: readonly ItemChange[]) {
  const heads = changes.flatMap((change) => (change.kind === 'present' ? [change.head] : []))
  return {
    itemIds: changes.map((change) => (change.kind === 'gone' ? change.itemId : change.head.itemId)),
    uids: heads.map(({ uid }) => uid.toLowerCase()),
    appointmentIds: heads.flatMap(({ stamp }) => (stamp ? [stamp.appointmentId] : [])),
  }
}
