import type { HidingSensitivity, Refusal } from './admission.ts'
import { doubted, offersKept, takesAway, unacknowledged } from './base.ts'
import { caughtUp, isUnremembered, type StampedState, withMaking } from './caught-up.ts'
import { type Field, fields, type Fingerprints, only } from './field.ts'
import { changedAtExchange, type Observed } from './merge.ts'
import {
  type AppointmentRecord,
  type ChangeKind,
  isUnsettled,
  type Link,
  type LinkedItem,
  type Offer,
} from './record.ts'
import { hiddenAs } from './wanted.ts'

/** What was found of the appointment's item when it was looked at. */
export type Look =
  | {
      readonly kind: 'present'
      readonly item: LinkedItem
      readonly observed: Observed
      /** Its stamp, if it carries the appointment's. */
      readonly stamp?: StampedState
      /** It was not in the calendar when that was listed after a loss: an earlier ledger has told that it is gone. */
      readonly wasAway?: boolean
    }
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
      /** All that is told is this sensitivity: the application gave it itself, and Exchange holds nothing of it any more. */
      readonly hides?: HidingSensitivity
      /** The revision that the very same change was offered as before: it keeps it, and is not offered anew. */
      readonly offeredAs?: number
      /** The newest version that the change has taken account of. */
      readonly applicationVersion: number
      /** The link once the application has acknowledged `revision`. */
      readonly linkOnceTold: (revision: number) => Link
    }

/** Decides what the application has to be told of an item, from what was last agreed and what is there now. */
export function planDelivery(record: AppointmentRecord, look: Look): DeliveryPlan {
  switch (look.kind) {
    case 'present':
      return planPresent(stamped(record, look), look.item, look.observed)
    case 'refused':
      return planRefused(record, look.item, look.reason)
    case 'gone':
      return planGone(record)
  }
}

/** While a version is on its way to Exchange it is that which finds out what the stamp says. */
function stamped(record: AppointmentRecord, { stamp, wasAway }: Present): AppointmentRecord {
  if (!stamp) return record
  if (isUnsettled(record)) return withMaking(record, stamp)
  if (!wasAway || !isUntouched(record)) return caughtUp(record, stamp)
  const { link } = caughtUp({ ...record, offers: [] }, stamp)
  return { ...record, link: { ...link, told: record.link.told } }
}

/**
 * It is back after a loss, or hidden, and an earlier ledger told that it is gone: what the application had made of it came
 * to nothing with that, and is not on its way. What is hidden is withdrawn whatever the application has made of it. An
 * item without our stamp tells nothing of an earlier ledger, and the application may have yet to speak of it: it is waited
 * for as long as for a version that is on its way.
 */
export function isOverAfterLoss(
  record: AppointmentRecord,
  look: Look,
  { awaitedMs, newerVersionMs }: { awaitedMs: number; newerVersionMs: number },
): boolean {
  const mayBe = look.kind === 'refused' || (look.kind === 'present' && look.wasAway === true)
  const isSure = record.link.item?.stamped === true || awaitedMs >= newerVersionMs
  return mayBe && isSure && isUntouched(record) && !record.wanted
}

/** Nothing is remembered of it but what was offered in vain. */
export function isUntouched(record: AppointmentRecord): boolean {
  return isUnremembered({ ...record, offers: [] })
}

type Present = Extract<Look, { kind: 'present' }>

function planPresent(record: AppointmentRecord, item: LinkedItem, observed: Observed): DeliveryPlan {
  const { asleep: _asleep, ...link } = withOldestOffersMerged(record)
  const meanwhile = takenOffAsleep(record)
  if (meanwhile?.reason === 'cancelled') return { action: 'remember', link: { ...link, item } }
  const open = unacknowledged(record)
  const isKnown = link.told.holds && link.seen && !open.some(({ kind }) => takesAway(kind))
  const changed = isKnown ? changedSince(link, observed, inDoubt(record, observed)) : [...fields]
  const { changeKey, fingerprints, joinBlock } = observed
  const seen = { changeKey, fingerprints, ...(joinBlock && { joinBlock }) }
  if (changed.length === 0) return { action: 'remember', link: { ...link, item, seen } }
  return tell(record, {
    // All of it in doubt: it may not even hold the appointment.
    kind: changed.length < fields.length ? 'updated' : 'created',
    changed,
    fingerprints: only(observed.fingerprints, changed),
    linkOnceTold: (revision) => ({
      ...link,
      item,
      seen,
      told: { revision, holds: true },
      ...(meanwhile && {
        written: { version: meanwhile.version, basedOn: revision, fingerprints: observed.fingerprints },
      }),
    }),
  })
}

/** The application has taken it off meanwhile: told now, it might show what it has just hidden. */
export function isMoot(record: AppointmentRecord, kind: ChangeKind): boolean {
  const isAboutToGo = record.wanted?.kind === 'absent' && isUnsettled(record) && !record.link.asleep
  return isAboutToGo && !takesAway(kind)
}

/**
 * What the application decided of an appointment that sleeps, if it took it off. That it cancelled it counts once it is
 * awake. That it hid it is over: it has lost it since, and is told of it anew, as it is shown now.
 */
function takenOffAsleep(record: AppointmentRecord) {
  const { wanted, link } = record
  return link.asleep && wanted?.kind === 'absent' && isUnsettled(record) ? wanted : undefined
}

function planRefused(record: AppointmentRecord, item: LinkedItem, reason: Refusal): DeliveryPlan {
  const { seen: _seen, ...link } = withOldestOffersMerged(record)
  const asleep = { ...link, item, asleep: reason, told: { ...link.told, holds: false } }
  if (!mayHold(record) && !mayHaveHeld(record, item)) return { action: 'remember', link: asleep }
  return tell(record, {
    kind: 'withdrawn',
    changed: [],
    fingerprints: {},
    reason,
    linkOnceTold: (revision) => ({ ...asleep, told: { revision, holds: false } }),
  })
}

function planGone(record: AppointmentRecord): DeliveryPlan {
  const { item: _item, seen: _seen, asleep: _asleep, ...link } = withOldestOffersMerged(record)
  if (!mayHold(record)) return planHiding(record, link)
  return tell(record, {
    kind: 'cancelled',
    changed: [],
    fingerprints: {},
    linkOnceTold: (revision) => ({ ...link, told: { revision, holds: false } }),
  })
}

/**
 * The application has made it private, and may have applied over that what it was told of the sensitivity before: it is
 * told what it decided itself. Not once it has decided anew.
 */
function planHiding(record: AppointmentRecord, link: Link): DeliveryPlan {
  const hides = hiddenAs(record.wanted)
  const isUncertain = record.link.seen?.fingerprints.sensitivity === ''
  if (!hides || !isUncertain || isUnsettled(record)) return { action: 'remember', link }
  return tell(record, {
    kind: 'updated',
    changed: ['sensitivity'],
    // Of what may not cross there are no fingerprints: its name is none that an admitted value has.
    fingerprints: { sensitivity: hides },
    hides,
    linkOnceTold: (revision) => ({ ...link, told: { revision, holds: false } }),
  })
}

function mayHold(record: AppointmentRecord): boolean {
  return record.link.told.holds || unacknowledged(record).some(({ kind }) => kind === 'created')
}

/** Nothing is remembered of it but what was told in vain, and it is the application's own, or one that it speaks of. */
function mayHaveHeld(record: AppointmentRecord, item: LinkedItem): boolean {
  return isUntouched(record) && (item.stamped || record.wanted?.kind === 'present')
}

/** What was offered and not acknowledged is told again, even if it is as it was: it may have been applied. */
function changedSince(link: Link, observed: Observed, offered: ReadonlySet<Field>): Field[] {
  const seen = link.seen ?? { changeKey: '', fingerprints: {} }
  const changed = changedAtExchange({ seen, written: link.written, observed })
  const told = fields.filter((field) => changed.has(field) || offered.has(field))
  // They go over the wire as one property, so the application takes over both.
  return told.includes('responses') && !told.includes('attendees') ? [...told, 'attendees'] : told
}

/** What was offered and is as Exchange and the newest version of the application's have it is settled by that. */
function inDoubt(record: AppointmentRecord, { fingerprints }: Observed): Set<Field> {
  const open = unacknowledged(record)
  return new Set([...doubted(open, fingerprints), ...doubted(open, record.link.written.fingerprints)])
}

type Tell = Extract<DeliveryPlan, { action: 'tell' }>

/**
 * The same change as the one that was offered last keeps its revision, so that an application that is away does not
 * wear out the offers. Not if a version that does not say what it knew was merged since: it may be the answer to it.
 */
function tell(
  record: AppointmentRecord,
  change: Omit<Tell, 'action' | 'applicationVersion' | 'offeredAs'>,
): Tell {
  const last = unacknowledged(record).at(-1)
  const isTheSame =
    last?.kind === change.kind &&
    Object.keys(last.fingerprints).length === change.changed.length &&
    change.changed.every((field) => last.fingerprints[field] === change.fingerprints[field])
  const isAnswered = record.wanted !== undefined && record.wanted.basedOn === undefined
  return {
    action: 'tell',
    ...change,
    applicationVersion: accountedFor(record, change.kind),
    ...(last && isTheSame && !isAnswered && { offeredAs: last.revision }),
  }
}

/**
 * While an appointment sleeps or is gone nothing is merged into it, so what arrived has been taken account of: an
 * application that waits for its newer version would never take the withdrawal, nor the end of it.
 */
function accountedFor({ link, wanted }: AppointmentRecord, kind: ChangeKind): number {
  const nothingToMerge = takesAway(kind) || link.asleep !== undefined
  return nothingToMerge ? Math.max(link.written.version, wanted?.version ?? 0) : link.written.version
}

/**
 * The ledger keeps so many offers; before one falls out, the base of later merges takes it up: at the next offer one
 * falls out already, and the link is kept only once that is acknowledged.
 */
function withOldestOffersMerged({ link, offers }: AppointmentRecord): Link {
  const leaving = offers.slice(0, Math.max(0, offers.length + 2 - offersKept))
  return leaving.reduce(withOfferMerged, link)
}

function withOfferMerged(link: Link, { revision, fingerprints }: Offer): Link {
  const { written } = link
  if (revision <= written.basedOn) return link
  const merged = { ...written.fingerprints, ...fingerprints }
  return { ...link, written: { ...written, basedOn: revision, fingerprints: merged } }
}
