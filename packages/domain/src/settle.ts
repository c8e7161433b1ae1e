import { agreedUpon, fieldsOf, type MergeBase, mergeBase, takesAway } from './base.ts'
import { differing, type Field, fields, type Fingerprints, without, only } from './field.ts'
import { isHeld, type Merge, type Observed } from './merge.ts'
import {
  type AppointmentRecord,
  type Conflict,
  type Link,
  type LinkedItem,
  type Offer,
  type Seen,
  withAttempt,
} from './record.ts'
import { hiddenAs } from './wanted.ts'

const conflictsKept = 8

/**
 * The link once the item that was created, or found to be ours, is known. `fingerprints` are those of the version with
 * which it was created; one of which they are not known any more has to be written again, whole. What one that another
 * attempt created holds now may be more than that attempt wrote.
 */
export function linkOfCreated(
  record: AppointmentRecord,
  item: { itemId: string; changeKey: string; attempt: string; version: number },
  fingerprints: Fingerprints | undefined,
): Link {
  const { link } = record
  const base = baseOf(record)
  const isAnswered = item.attempt === record.intent?.attempt
  const linked: LinkedItem = { itemId: item.itemId, role: 'organizer', stamped: true }
  return {
    ...withAttempt(link, item.attempt),
    item: linked,
    seen: {
      changeKey: isAnswered ? item.changeKey : '',
      fingerprints: inDoubt(record, base, [...fieldsOf(base.overtaking)]),
    },
    written: {
      version: item.version,
      basedOn: base.revision,
      fingerprints: fingerprints ?? differing(fields),
    },
    told: { ...link.told, holds: true },
  }
}

/** The link once the wanted version of a linked item is written, or needed no write. */
export function linkOfUpdated(
  record: AppointmentRecord,
  fingerprints: Fingerprints,
  { merge, changeKey, observed }: { merge?: Merge; changeKey?: string; observed?: Observed },
): Link {
  const { link } = record
  const base = baseOf(record)
  const before = agreedUpon(record, base.revision)
  const agreed = { ...before, ...agreedNow(observed, fingerprints, before) }
  const seen = {
    changeKey: changeKey ?? observed?.changeKey ?? link.seen?.changeKey ?? '',
    fingerprints: {
      ...without(agreed, notReadBack(merge?.write ?? [])),
      ...inDoubt(record, base, merge?.untold ?? []),
    },
    ...keptJoinBlock(observed ?? link.seen),
  }
  return {
    ...link,
    seen,
    written: { version: record.wanted!.version, basedOn: base.revision, fingerprints },
    told: { ...link.told, holds: true },
    conflicts: noted(link.conflicts, merge?.conflicts),
  }
}

/**
 * The link once it is known that the wanted version was written, though its answer was lost. What differs from it may
 * be Exchange's rewriting or a user's edit since, so the application is told of it.
 */
export function linkOfLanded(
  record: AppointmentRecord,
  fingerprints: Fingerprints,
  observed: Observed,
  written: readonly Field[],
): Link {
  const base = baseOf(record)
  const overtaken = fieldsOf(base.overtaking)
  const before = agreedUpon(record, base.revision)
  const agreed = {
    ...without(before, notReadBack(written)),
    ...agreedNow(observed, fingerprints, before),
    ...inDoubt(
      record,
      base,
      written.filter((field) => overtaken.has(field)),
    ),
  }
  return { ...linkOfUpdated(record, fingerprints, {}), seen: { changeKey: '', fingerprints: agreed } }
}

/**
 * The link once Exchange holds nothing of the appointment, as wanted. What the application has made private it may show
 * again, since it applied over that what it was told of the sensitivity: that has to be told then.
 * `attempt` made what was deleted, if that was never linked.
 */
export function linkOfAbsent(record: AppointmentRecord, attempt?: string): Link {
  const base = baseOf(record)
  const { item: _item, seen: _seen, ...former } = record.link
  const link = attempt === undefined ? former : withAttempt(former, attempt)
  const isHidden = hiddenAs(record.wanted) !== undefined
  const mayHold = ({ kind, revision }: Offer) =>
    kind === 'created' && !(isHidden && revision <= link.told.revision)
  const mayShow = isHidden && stillApplied(base, link).has('sensitivity')
  return {
    ...link,
    written: { version: record.wanted!.version, basedOn: base.revision, fingerprints: {} },
    ...(mayShow && { seen: { changeKey: '', fingerprints: differing(['sensitivity']) } }),
    told: { ...link.told, holds: base.overtaking.some(mayHold) },
  }
}

/** What the application may have applied over the version, and not lost again for certain. */
function stillApplied({ overtaking }: MergeBase, { told }: Pick<Link, 'told'>): Set<Field> {
  const lost = overtaking.findLastIndex(({ kind, revision }) => takesAway(kind) && revision <= told.revision)
  return fieldsOf(overtaking.slice(lost + 1))
}

/** The link of an appointment that Exchange cancelled while the application changed it: it holds one too many. */
export function linkOfCancelledMeanwhile(
  record: AppointmentRecord,
  fingerprints: Fingerprints,
  atMs: number,
): Link {
  const { item: _item, seen: _seen, ...link } = record.link
  const version = record.wanted!.version
  const conflict: Conflict = { atMs, version, fields: [], winner: 'exchange' }
  return {
    ...link,
    written: { version, basedOn: baseOf(record).revision, fingerprints },
    told: { ...link.told, holds: true },
    conflicts: noted(link.conflicts, [conflict]),
  }
}

function baseOf(record: AppointmentRecord): MergeBase {
  return mergeBase(record, record.wanted?.basedOn)
}

/** What has to be told: all of it, if the application may have lost the appointment after it made the version. */
function inDoubt(
  { link }: AppointmentRecord,
  { overtaking }: MergeBase,
  untold: readonly Field[],
): Partial<Fingerprints> {
  return differing(mayHaveLost(overtaking, link) ? fields : untold)
}

/** It was told that the appointment is gone, and has not acknowledged since that it is there again. */
function mayHaveLost(overtaking: readonly Offer[], { told }: Link): boolean {
  const lost = overtaking.findLastIndex(({ kind }) => takesAway(kind))
  const isBack = ({ kind, revision }: Offer) => kind === 'created' && told.holds && revision <= told.revision
  return lost >= 0 && !overtaking.slice(lost + 1).some(isBack)
}

/** The fields that a write leaves to be read back. Who has answered depends on who attends. */
function notReadBack(written: readonly Field[]): readonly Field[] {
  return written.includes('attendees') ? [...written, 'responses'] : written
}

/** The block that is there is kept by whatever is written. */
function keptJoinBlock(before: Pick<Seen, 'joinBlock'> | undefined): Pick<Seen, 'joinBlock'> {
  return before?.joinBlock ? { joinBlock: true } : {}
}

/** What both sides hold alike without a write: agreed from now on. Whoever is new has not answered yet. */
function agreedNow(
  observed: Observed | undefined,
  wanted: Fingerprints,
  before: Partial<Fingerprints>,
): Partial<Fingerprints> {
  if (!observed) return {}
  const holds = (field: Field) => isHeld(observed, wanted, field)
  const areOnlyNew = before.attendees !== wanted.attendees && holds('attendees')
  const alike = fields.filter((field) => (field !== 'responses' || areOnlyNew) && holds(field))
  return only(observed.fingerprints, alike)
}

function noted(conflicts: readonly Conflict[], newer: readonly Conflict[] = []): readonly Conflict[] {
  return [...conflicts, ...newer].slice(-conflictsKept)
}
