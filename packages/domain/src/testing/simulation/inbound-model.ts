import { offersKept } from '../../base.ts'
import { propertiesOf } from '../../field.ts'
import { type DeliveryPlan, type Look, planDelivery } from '../../plan-delivery.ts'
import { type Candidates, planSync } from '../../plan-sync.ts'
import type { AppointmentRecord } from '../../record.ts'
import type { ModelChange } from './application-model.ts'
import type { ModelItem } from './exchange-model.ts'
import { type LockstepModel, observedOf } from './lockstep-model.ts'

/** What becomes of a delivery. */
export type DeliveryFault = 'none' | 'lost' | 'acknowledgementLost' | 'late'

/** Follows what changed at Exchange since the last time. */
export function sync(lockstep: LockstepModel): void {
  for (const itemId of lockstep.exchange.touched) {
    const item = lockstep.exchange.get(itemId)
    if (item) syncPresent(lockstep, item)
    else syncGone(lockstep, itemId)
  }
}

function syncGone(lockstep: LockstepModel, itemId: string): void {
  lockstep.exchange.touched.delete(itemId)
  if (lockstep.record.link.item?.itemId === itemId) lockstep.isMarked = true
}

function syncPresent(lockstep: LockstepModel, item: ModelItem): void {
  const { exchange, record } = lockstep
  const { itemId } = item
  const plan = planSync(headOf(item), candidatesFor(record, item))
  // An item that is not linked while a write is on its way is looked at again, once that is settled.
  if (plan.action === 'look' && plan.later && record.link.item?.itemId !== itemId) return

  exchange.touched.delete(itemId)
  if (plan.action === 'look' || plan.action === 'withdraw') lockstep.isMarked = true
  if (plan.action === 'fold') exchange.delete([itemId])
  if (plan.action === 'link' || plan.action === 'compare') link(lockstep, item)
}

function candidatesFor(record: AppointmentRecord, { itemId, uid, stamp }: ModelItem): Candidates {
  const { item } = record.link
  return {
    ...(item?.itemId === itemId && { byItemId: record }),
    ...(stamp && { byStamp: record }),
    ...(item?.uid === uid && { byUid: record }),
  }
}

/** It is the appointment's, unless that has its item still: then it is an appointment of its own. */
function link(lockstep: LockstepModel, { itemId, uid, role, stamp }: ModelItem): void {
  const { exchange, record } = lockstep
  if (record.link.item && exchange.get(record.link.item.itemId)) return exchange.setApart(itemId)
  const item = { itemId, uid, role, stamped: stamp !== undefined }
  lockstep.record = { ...record, link: { ...record.link, item, ...(stamp && { attempt: stamp.attempt }) } }
  lockstep.isMarked = true
}

/** Looks at the item and tells the application what is new, unless a write of our own is on its way. */
export function deliver(lockstep: LockstepModel, fault: DeliveryFault, refuses: boolean): void {
  const { record, application } = lockstep
  if (!lockstep.isMarked || record.intent) return
  const { look, found } = lookAt(lockstep)
  const plan = planDelivery(record, look)
  if (plan.action === 'remember') {
    lockstep.record = { ...record, link: plan.link }
    lockstep.isMarked = false
    return
  }
  const change = changeOf(plan, offered(lockstep, plan), found)
  if (fault === 'lost') return
  if (fault === 'late') return void lockstep.late.push(() => application.receive(change, refuses))
  const answer = application.receive(change, refuses)
  if (fault === 'acknowledgementLost' || answer === 'newerVersion') return
  lockstep.record = { ...lockstep.record, link: plan.linkOnceTold(change.revision) }
  lockstep.isMarked = false
}

type Tell = Extract<DeliveryPlan, { action: 'tell' }>

/** Keeps the offer, before it is made; the revision. */
function offered(lockstep: LockstepModel, { offeredAs, kind, fingerprints }: Tell): number {
  if (offeredAs !== undefined) return offeredAs
  const { record, now } = lockstep
  const offer = { revision: ++lockstep.revision, atMs: now(), kind, fingerprints }
  lockstep.record = { ...record, offers: [...record.offers, offer].slice(-offersKept) }
  return offer.revision
}

function changeOf(plan: Tell, revision: number, found: ModelItem | undefined): ModelChange {
  const { kind, applicationVersion, changed, hides } = plan
  const appointment = hides
    ? { appointment: { sensitivity: hides } }
    : found && { appointment: found.appointment }
  return { revision, kind, applicationVersion, changed: changed.flatMap(propertiesOf), ...appointment }
}

function lookAt({ exchange, record }: LockstepModel): { look: Look; found?: ModelItem } {
  const { item } = record.link
  const found = item && (exchange.get(item.itemId) ?? elsewhere(exchange.items(), item))
  if (!item || !found) return { look: { kind: 'gone' } }

  const { itemId, uid, role, isPrivate } = found
  const linked = { itemId, uid, role, stamped: item.stamped }
  if (isPrivate) return { look: { kind: 'refused', item: linked, reason: 'private' } }
  return { look: { kind: 'present', item: linked, observed: observedOf(found) }, found }
}

function elsewhere(
  items: readonly ModelItem[],
  item: { uid?: string; stamped: boolean },
): ModelItem | undefined {
  return items.find(({ uid, stamp }) => uid === item.uid || (item.stamped && stamp !== undefined))
}

function headOf({ itemId, changeKey, uid, stamp, isPrivate }: ModelItem) {
  const sensitivity = isPrivate ? ('private' as const) : ('normal' as const)
  return { itemId, changeKey, uid, sensitivity, isRecurring: false, ...(stamp && { stamp }) }
}
