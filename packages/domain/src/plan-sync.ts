import { type AdmissionRules, type Refusal, refusalOf } from './admission.ts'
import { isUnremembered } from './caught-up.ts'
import type { Sensitivity } from './appointment.ts'
import { fields } from './field.ts'
import type { AppointmentRecord } from './record.ts'

/** What a synchronisation says of an item: no content. */
export type SyncedItem = {
  readonly itemId: string
  readonly changeKey: string
  readonly uid: string
  readonly sensitivity: Sensitivity
  readonly isRecurring: boolean
  readonly stamp?: { readonly appointmentId: string; readonly version: number; readonly attempt: string }
}

/** The records that an item may belong to, by its handle, by its stamp and by its UID, which copies share. */
export type Candidates = {
  readonly byItemId?: AppointmentRecord
  readonly byStamp?: AppointmentRecord
  readonly byUid?: AppointmentRecord
  /** The one that the first item with its UID is. */
  readonly byId?: AppointmentRecord
  /** The one that the item is as a copy, whose id is made from its handle. */
  readonly byCopyId?: AppointmentRecord
}

export type SyncPlan =
  | { readonly action: 'nothing'; readonly reason: 'echo' | 'unknown' | 'known' | Refusal }
  /** Read the item and tell the application what is new. `later`: a write of our own is on its way, look after it. */
  | { readonly action: 'look'; readonly record: AppointmentRecord; readonly later: boolean }
  | { readonly action: 'withdraw'; readonly record: AppointmentRecord; readonly reason: Refusal }
  /** The item is this appointment's from now on. */
  | { readonly action: 'link'; readonly appointmentId: string | undefined; readonly stamped: boolean }
  /** The same, of one that may not cross: the application may hold it since before the ledger was lost. */
  | {
      readonly action: 'hide'
      readonly appointmentId: string
      readonly stamped: boolean
      readonly reason: Refusal
    }
  /**
   * It names an appointment that has another item: see whether that one is still there. Moved, if not; if it is, a copy,
   * or the item of `absent`, which was gone, or of `original`, if that one's is not there either.
   */
  | {
      readonly action: 'compare'
      readonly record: AppointmentRecord
      readonly absent?: string
      readonly original?: AppointmentRecord
    }
  /** A create of ours that landed late: a second item of one appointment. Removed, without mail. */
  | { readonly action: 'fold' }

/** Decides what an item that Exchange reports as created or changed means. */
export function planSync(item: SyncedItem, candidates: Candidates, rules?: AdmissionRules): SyncPlan {
  const refusal = refusalOf(item, rules)
  const record = linkedRecord(item, candidates)
  if (record) return planKnown(item, record, refusal)
  if (refusal) return planRefused(item, candidates, refusal)
  return planUnknown(item, candidates)
}

/** Not of interest, unless it is ours, or the application speaks of it, and the ledger does not remember it. */
function planRefused(
  { stamp }: SyncedItem,
  { byStamp, byUid, byId, byCopyId }: Candidates,
  reason: Refusal,
): SyncPlan {
  const hide = (appointmentId: string, stamped: boolean): SyncPlan => ({
    action: 'hide',
    appointmentId,
    stamped,
    reason,
  })
  const isOpen = (record: AppointmentRecord) => !record.link.item && isUnremembered(record)
  if (byCopyId?.wanted && isOpen(byCopyId)) return hide(byCopyId.appointmentId, false)
  if (stamp && (!byStamp || isOpen(byStamp))) return hide(stamp.appointmentId, true)
  const named = byUid ?? byId
  if (!stamp && named?.wanted && isOpen(named)) return hide(named.appointmentId, false)
  return { action: 'nothing', reason }
}

/** Also one that was linked while it was looked up, so that its handle was not found yet and its stamp or UID was. */
function linkedRecord({ itemId }: SyncedItem, { byItemId, byStamp, byUid, byId }: Candidates) {
  return byItemId ?? [byStamp, byUid, byId].find((record) => record?.link.item?.itemId === itemId)
}

function planKnown(item: SyncedItem, record: AppointmentRecord, refusal: Refusal | undefined): SyncPlan {
  const { asleep, seen } = record.link
  if (refusal) {
    return asleep === refusal
      ? { action: 'nothing', reason: refusal }
      : { action: 'withdraw', record, reason: refusal }
  }
  const isEcho = !asleep && seen?.changeKey === item.changeKey
  const isReadBack = fields.every((field) => seen?.fingerprints[field] !== undefined)
  if (isEcho && isReadBack) return { action: 'nothing', reason: 'echo' }
  return { action: 'look', record, later: record.intent !== undefined }
}

function planUnknown({ stamp }: SyncedItem, candidates: Candidates): SyncPlan {
  const { byStamp, byCopyId } = candidates
  if (byCopyId && !byCopyId.link.item)
    return { action: 'link', appointmentId: byCopyId.appointmentId, stamped: false }
  if (stamp && !byStamp) return { action: 'link', appointmentId: stamp.appointmentId, stamped: true }
  if (!stamp || !byStamp) return planUnstamped(candidates)
  const copy = copyOfEarlierItem(stamp, byStamp, candidates)
  return copy ? planUnstamped({ ...candidates, byUid: copy }) : planStamped(stamp, byStamp)
}

/** Of an item that was taken off since, its user's copy may be left, which is known by its UID. */
function copyOfEarlierItem(
  { attempt }: { attempt: string },
  { appointmentId, link }: AppointmentRecord,
  { byUid, byId }: Candidates,
): AppointmentRecord | undefined {
  if (!link.earlierAttempts?.includes(attempt)) return undefined
  return [byUid, byId].find((record) => record && record.appointmentId !== appointmentId)
}

function planUnstamped({ byUid, byId }: Candidates): SyncPlan {
  const known = byUid ?? byId
  if (!known) return { action: 'link', appointmentId: undefined, stamped: false }
  if (!known.link.item) return { action: 'link', appointmentId: known.appointmentId, stamped: false }
  const isOther = byId && byId.appointmentId !== known.appointmentId
  if (!isOther) return { action: 'compare', record: known }
  return byId.link.item
    ? { action: 'compare', record: known, original: byId }
    : { action: 'compare', record: known, absent: byId.appointmentId }
}

/** The item carries the stamp of an appointment that we know, and is not its item. */
function planStamped(stamp: { attempt: string; version: number }, record: AppointmentRecord): SyncPlan {
  const { attempt, item } = record.link
  const isOfItem = item !== undefined && stamp.attempt === attempt
  // What is on its way may be the making of this very item; not if that is made, and this one looks like it.
  if (record.intent && !isOfItem) return { action: 'look', record, later: true }
  const isOther = attempt !== undefined && stamp.attempt !== attempt && !isBack(stamp, record)
  // What an earlier ledger made of it before is not remembered: it may be a copy of that.
  if (isOther && !item?.isPresumed && wasMadeHere(stamp, record)) return { action: 'fold' }
  if (!item) return { action: 'link', appointmentId: record.appointmentId, stamped: true }
  return { action: 'compare', record }
}

/** It is a former item, and there is none. */
function isBack({ attempt }: { attempt: string }, { link }: AppointmentRecord): boolean {
  return link.item === undefined && link.earlierAttempts?.includes(attempt) === true
}

/** A version that the ledger never knew was written when it knew more: it is an older copy, and the item no late one. */
function wasMadeHere({ version }: { version: number }, { link, wanted }: AppointmentRecord): boolean {
  const newest = link.item ? Math.max(link.written.version, wanted?.version ?? 0) : link.written.version
  return version <= newest
}
