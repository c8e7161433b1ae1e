import { mergeBase } from './base.ts'
import { type Field, fields, type Fingerprints, without } from './field.ts'
import type { Merge, Observed } from './merge.ts'
import type { AppointmentRecord, Conflict, Link, LinkedItem } from './record.ts'

const conflictsKept = 8

/**
 * The link once the item that was created, or found to be ours, is known. One that was found with an older version has
 * to be written again, whole.
 */
export function linkOfCreated(
  record: AppointmentRecord,
  item: { itemId: string; changeKey: string; attempt: string; version: number },
  wanted: Fingerprints,
): Link {
  const { link } = record
  const fingerprints = item.version === record.wanted?.version ? wanted : differing(fields)
  const linked: LinkedItem = { itemId: item.itemId, role: 'organizer', stamped: true }
  return {
    ...link,
    item: linked,
    attempt: item.attempt,
    seen: { changeKey: item.changeKey, fingerprints: {} },
    written: { version: item.version, basedOn: basedOnOf(record), fingerprints },
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
  const known = { ...link.seen?.fingerprints, ...agreedNow(merge, observed, fingerprints) }
  const seen = {
    changeKey: changeKey ?? observed?.changeKey ?? link.seen?.changeKey ?? '',
    fingerprints: { ...without(known, merge?.write ?? []), ...differing(merge?.lost ?? []) },
  }
  return {
    ...link,
    seen,
    written: { version: record.wanted!.version, basedOn: basedOnOf(record), fingerprints },
    told: { ...link.told, holds: true },
    conflicts: noted(link.conflicts, merge?.conflict),
  }
}

/** The link once Exchange holds nothing of the appointment, as wanted. */
export function linkOfAbsent(record: AppointmentRecord): Link {
  const { item: _item, seen: _seen, ...link } = record.link
  return {
    ...link,
    written: { version: record.wanted!.version, basedOn: basedOnOf(record), fingerprints: {} },
    told: { ...link.told, holds: false },
  }
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
    written: { version, basedOn: basedOnOf(record), fingerprints },
    told: { ...link.told, holds: true },
    conflicts: noted(link.conflicts, conflict),
  }
}

function basedOnOf(record: AppointmentRecord): number {
  return mergeBase(record, record.wanted?.basedOn).revision
}

/** What both sides hold alike without a write: agreed from now on. */
function agreedNow(
  merge: Merge | undefined,
  observed: Observed | undefined,
  wanted: Fingerprints,
): Partial<Fingerprints> {
  if (!observed) return {}
  const alike = fields.filter(
    (field) => observed.fingerprints[field] === wanted[field] && !merge?.write.includes(field),
  )
  return Object.fromEntries(alike.map((field) => [field, observed.fingerprints[field]]))
}

function differing(lost: readonly Field[]): Partial<Fingerprints> {
  return Object.fromEntries(lost.map((field) => [field, '']))
}

function noted(conflicts: readonly Conflict[], conflict: Conflict | undefined): readonly Conflict[] {
  return conflict ? [...conflicts, conflict].slice(-conflictsKept) : conflicts
}
