import type { Refusal } from './admission.ts'
import { offersKept } from './base.ts'
import { type Field, fields, type Fingerprints, only } from './field.ts'
import { changedAtExchange, type Observed } from './merge.ts'
import type { AppointmentRecord, ChangeKind, Link, LinkedItem } from './record.ts'

/** What was found of the appointment's item when it was looked at. */
export type Look =
  | { readonly kind: 'present'; readonly item: LinkedItem; readonly observed: Observed }
  | { readonly kind: 'refused'; readonly item: LinkedItem; readonly reason: Refusal }
  /** Confirmed: neither the handle nor the UID nor the stamp is in the calendar. */
  | { readonly kind: 'gone' }

export type DeliveryPlan =
  /** Nothing that the application does not know already. */
  | { readonly action: 'remember'; readonly link: Link }
  | {
      readonly action: 'tell'
      readonly kind: ChangeKind
      readonly changed: readonly Field[]
      /** What the application holds of the changed fields once it has applied the change. */
      readonly fingerprints: Partial<Fingerprints>
      readonly reason?: Refusal
      /** The link once the application has acknowledged `revision`. */
      readonly linkOnceTold: (revision: number) => Link
    }

/** Decides what the application has to be told of an item, from what was last agreed and what is there now. */
export function planDelivery(record: AppointmentRecord, look: Look): DeliveryPlan {
  switch (look.kind) {
    case 'present':
      return planPresent(record, look.item, look.observed)
    case 'refused':
      return planRefused(record, look.item, look.reason)
    case 'gone':
      return planGone(record)
  }
}

function planPresent(record: AppointmentRecord, item: LinkedItem, observed: Observed): DeliveryPlan {
  const { asleep: _asleep, ...link } = withOldestOfferMerged(record)
  const { holds } = link.told
  const changed = holds ? changedSince(link, observed) : [...fields]
  const seen = { changeKey: observed.changeKey, fingerprints: observed.fingerprints }
  if (changed.length === 0) return { action: 'remember', link: { ...link, item, seen } }
  return {
    action: 'tell',
    kind: holds ? 'updated' : 'created',
    changed,
    fingerprints: only(observed.fingerprints, changed),
    linkOnceTold: (revision) => ({ ...link, item, seen, told: { revision, holds: true } }),
  }
}

function planRefused(record: AppointmentRecord, item: LinkedItem, reason: Refusal): DeliveryPlan {
  const { seen: _seen, ...link } = withOldestOfferMerged(record)
  const asleep = { ...link, item, asleep: reason, told: { ...link.told, holds: false } }
  if (!link.told.holds) return { action: 'remember', link: asleep }
  return {
    action: 'tell',
    kind: 'withdrawn',
    changed: [],
    fingerprints: {},
    reason,
    linkOnceTold: (revision) => ({ ...asleep, told: { revision, holds: false } }),
  }
}

function planGone(record: AppointmentRecord): DeliveryPlan {
  const { item: _item, seen: _seen, asleep: _asleep, ...link } = withOldestOfferMerged(record)
  if (!link.told.holds) return { action: 'remember', link }
  return {
    action: 'tell',
    kind: 'cancelled',
    changed: [],
    fingerprints: {},
    linkOnceTold: (revision) => ({ ...link, told: { revision, holds: false } }),
  }
}

function changedSince(link: Link, observed: Observed): Field[] {
  const seen = link.seen ?? { changeKey: '', fingerprints: {} }
  const changed = changedAtExchange({ seen, written: link.written, observed })
  return fields.filter((field) => changed.has(field))
}

/** The ledger keeps so many offers; before the oldest falls out, the base of later merges takes it up. */
function withOldestOfferMerged({ link, offers }: AppointmentRecord): Link {
  const [oldest] = offers
  if (!oldest || offers.length < offersKept || oldest.revision <= link.written.basedOn) return link
  const fingerprints = { ...link.written.fingerprints, ...oldest.fingerprints }
  return { ...link, written: { ...link.written, basedOn: oldest.revision, fingerprints } }
}
