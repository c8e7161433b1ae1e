import type { Appointment } from './appointment.ts'
import { agreedUpon, mergeBase, takesAway } from './base.ts'
import { type Field, fields, type Fingerprints, only } from './field.ts'
import { type ConflictPolicy, merge, type Merge, type MergeInput, type Observed } from './merge.ts'
import { type CalendarKnowledge, doubtOf } from './rebuild.ts'
import type { AppointmentRecord, ChangeKind, Conflict, Intent, Link, LinkedItem, Seen } from './record.ts'
import type { SettledWanted, Wanted } from './wanted.ts'

/** What was found at Exchange, once the plan asked for it. */
export type Finding =
  | {
      readonly kind: 'item'
      readonly observed: Observed
      readonly isRefused: boolean
      /** The version that its stamp names, if it has one. */
      readonly stampedVersion?: number
    }
  | { readonly kind: 'gone' }
  /** The items that carry the appointment's stamp, the oldest first; and, once these were asked for, those that were deleted. */
  | {
      readonly kind: 'stamped'
      readonly items: readonly StampedItem[]
      readonly deleted?: readonly StampedItem[]
    }

export type StampedItem = {
  readonly itemId: string
  readonly changeKey: string
  readonly version: number
  readonly attempt: string
}

export type OutboundPlan =
  /** Exchange holds what is wanted, or shall not be touched. */
  | { readonly action: 'settle'; readonly merge?: Merge }
  /** The wanted version was written by an earlier attempt, whose answer was lost. */
  | { readonly action: 'landed'; readonly observed: Observed; readonly written: readonly Field[] }
  /** The user made it private or recurring: neither write nor delete until it is admitted again. */
  | { readonly action: 'sleep' }
  /** Exchange cancelled it and the application did not know when it changed it: the application is told again. */
  | { readonly action: 'tellCancelled' }
  /** The linked item is not where it was: whether it was deleted or only moved is found out before anything is done. */
  | { readonly action: 'missing' }
  | { readonly action: 'read'; readonly item: LinkedItem }
  | { readonly action: 'findStamped' }
  /** Nothing in the calendar carries the stamp: what an earlier attempt created may have been deleted since. */
  | { readonly action: 'findDeleted' }
  | { readonly action: 'wait'; readonly untilMs: number }
  /** Its item may be there and not be known yet: it is waited for, as it was for that long. */
  | { readonly action: 'awaitListing'; readonly awaitedMs: number }
  /** It had an item before the ledger was lost, and has none: created only once somebody has decided so. */
  | { readonly action: 'confirm' }
  | { readonly action: 'create'; readonly appointment: Appointment }
  /** An earlier attempt created it after all. `extra` are further ones: folded, without mail. */
  | { readonly action: 'adopt'; readonly found: StampedItem; readonly extra: readonly StampedItem[] }
  | {
      readonly action: 'update'
      readonly item: LinkedItem
      readonly changeKey: string
      readonly appointment: Appointment
      readonly merge: Merge
    }
  | { readonly action: 'delete'; readonly itemIds: readonly string[] }

export type OutboundRules = {
  readonly policy: ConflictPolicy
  /** How long after its intent a create whose answer was lost may still have its effect. */
  readonly lateCallMs: number
  readonly nowMs: number
}

export type Overtaken = { readonly version: number; readonly fingerprints: Fingerprints }

export type OutboundInput = {
  readonly record: AppointmentRecord
  /** Of what is wanted; missing if it is wanted absent. */
  readonly fingerprints?: Fingerprints
  readonly earlier?: Intent
  /** An older version that may have been written by an attempt whose answer was lost. */
  readonly overtaken?: Overtaken
  readonly finding?: Finding
  /** How well the calendar is known; missing if it is known well, or the item is. */
  readonly calendar?: CalendarKnowledge
  readonly rules: OutboundRules
}

/** Decides what has to happen at Exchange so that it holds what the application wants. */
export function planOutbound(input: OutboundInput): OutboundPlan {
  const { record, finding } = input
  const { wanted, link } = record
  if (!wanted || wanted.version <= link.written.version) return { action: 'settle' }
  if (link.asleep || (finding?.kind === 'item' && finding.isRefused)) return { action: 'sleep' }
  if (wanted.kind === 'absent') return planAbsent(input)
  if (!hasContent(wanted)) return { action: 'settle' }
  return link.item ? planUpdate(input, wanted, link.item) : planCreate(input, wanted)
}

function planAbsent(input: OutboundInput): OutboundPlan {
  const { record, earlier, finding } = input
  const { item } = record.link
  const doubtful = !item && !earlier && planDoubtful(input)
  if (doubtful) return doubtful
  if (finding?.kind === 'stamped') {
    const itemIds = madeByUs(finding.items).map(({ itemId }) => itemId)
    return itemIds.length > 0 ? { action: 'delete', itemIds } : { action: 'settle' }
  }
  if (finding?.kind === 'gone') return { action: 'settle' }
  if (!item) return earlier ? { action: 'findStamped' } : { action: 'settle' }
  return finding ? { action: 'delete', itemIds: [item.itemId] } : { action: 'read', item }
}

function planCreate(input: OutboundInput, wanted: Present): OutboundPlan {
  const { record, earlier, rules } = input
  if (record.decision === 'drop') return { action: 'tellCancelled' }
  if (wasCancelledMeanwhile(record, wanted) && rules.policy !== 'application')
    return { action: 'tellCancelled' }
  if (!earlier) return planDoubtful(input) ?? { action: 'create', appointment: wanted.appointment }
  return planRepeated(input, wanted, earlier)
}

function planRepeated(
  { record, finding, rules }: OutboundInput,
  wanted: Present,
  earlier: Intent,
): OutboundPlan {
  if (finding?.kind !== 'stamped') return { action: 'findStamped' }
  const [found, ...extra] = madeByUs(finding.items).toSorted((a, b) => b.version - a.version)
  if (found) return { action: 'adopt', found, extra }

  const untilMs = earlier.atMs + rules.lateCallMs
  if (wanted.appointment.attendees.length > 0 && untilMs > rules.nowMs) return { action: 'wait', untilMs }
  if (!finding.deleted) return { action: 'findDeleted' }
  const deleted = finding.deleted.find((item) => hasLanded(item, record, earlier))
  // Linked as if it were there still: the other direction finds that it is gone, and tells so.
  if (deleted) return { action: 'adopt', found: deleted, extra: [] }
  return { action: 'create', appointment: wanted.appointment }
}

/** An attempt makes one item: a second one with its name is a user's copy, and an appointment of its own. */
function madeByUs(items: readonly StampedItem[]): StampedItem[] {
  return items.filter(({ attempt }, n) => items.findIndex((item) => item.attempt === attempt) === n)
}

/**
 * Whether a deleted item is what an attempt created of which nothing was heard, and not one of the appointment's earlier
 * lives. That it is to be created again, if somebody decided so, is meant of those too which are not remembered.
 */
function hasLanded({ version, attempt }: StampedItem, record: AppointmentRecord, earlier: Intent): boolean {
  const { written, attempt: known } = record.link
  if (attempt === earlier.attempt) return true
  return record.decision !== 'create' && version > written.version && attempt !== known
}

/** Nothing is made, nor given up, of which an item may be there. What is found is linked by the other direction. */
function planDoubtful({ record, finding, calendar }: OutboundInput): OutboundPlan | undefined {
  switch (calendar ? doubtOf(record, record.wanted!, calendar) : 'none') {
    case 'unlisted':
      return { action: 'awaitListing', awaitedMs: calendar?.othersAwaitedMs ?? 0 }
    case 'unconfirmed':
      return { action: 'confirm' }
    case 'search':
      if (finding?.kind !== 'stamped') return { action: 'findStamped' }
      return finding.items.length > 0 ? { action: 'awaitListing', awaitedMs: 0 } : undefined
    case 'none':
      return undefined
  }
}

function planUpdate(input: OutboundInput, wanted: Present, item: LinkedItem): OutboundPlan {
  const { record, finding } = input
  if (finding?.kind === 'gone') return { action: 'missing' }
  if (finding?.kind === 'item') return planFound(input, wanted, item, finding)

  const { seen } = record.link
  if (!isCertain(seen)) return { action: 'read', item }
  const merged = merge(mergeInput(input, wanted, item))
  // The block that is to be kept has to be read before the body is written.
  if (seen.joinBlock && merged.write.includes('body')) return { action: 'read', item }
  // So has what Exchange loses or keeps, for people who look at the conflict.
  if (item.role === 'organizer' && merged.conflicts?.some(isToBeRead)) return { action: 'read', item }
  return planMerged(merged, wanted, item, seen.changeKey)
}

function planFound(
  input: OutboundInput,
  wanted: Present,
  item: LinkedItem,
  { observed, stampedVersion }: FoundItem,
): OutboundPlan {
  if (stampedVersion === wanted.version) {
    return {
      action: 'landed',
      observed,
      written: changedByApplication(input.record, wanted, input.fingerprints!),
    }
  }
  const ours = probablyOurs(input.record, stampedVersion)
  const merging = withLanded(mergeInput(input, wanted, item), observed, input.overtaken)
  return planMerged(merge({ ...merging, observed, ours }), wanted, item, observed.changeKey)
}

function planMerged(
  merge: Merge,
  { appointment }: Present,
  item: LinkedItem,
  changeKey: string,
): OutboundPlan {
  if (merge.write.length === 0) return { action: 'settle', merge }
  return { action: 'update', item, changeKey, appointment, merge }
}

function mergeInput(
  { record, fingerprints, rules }: OutboundInput,
  wanted: Present,
  item: LinkedItem,
): MergeInput {
  const { seen, written } = record.link
  const base = mergeBase(record, wanted.basedOn)
  return {
    wanted: { version: wanted.version, atMs: wanted.atMs, fingerprints: fingerprints! },
    base,
    written,
    seen: { changeKey: seen?.changeKey ?? '', fingerprints: agreedUpon(record, base.revision) },
    role: item.role,
    policy: rules.policy,
    nowMs: rules.nowMs,
  }
}

/** What the item holds just as an older version wanted it is that version's effect, and nobody's edit. */
function withLanded(merging: MergeInput, observed: Observed, overtaken: Overtaken | undefined): MergeInput {
  const { base, seen } = merging
  const landed = fields.filter(
    (field) =>
      observed.fingerprints[field] === overtaken?.fingerprints[field] &&
      observed.fingerprints[field] !== base.fingerprints[field],
  )
  const asWritten = only(observed.fingerprints, landed)
  return {
    ...merging,
    base: { ...base, fingerprints: { ...base.fingerprints, ...asWritten } },
    seen: { ...seen, fingerprints: { ...seen.fingerprints, ...asWritten } },
  }
}

/** The stamp proves that a write landed whose answer was lost: what differs is its effect, hardly ever a user's edit. */
function probablyOurs({ link }: AppointmentRecord, stampedVersion = 0): readonly Field[] {
  const { seen, written } = link
  if (stampedVersion > written.version) return fields
  if (stampedVersion < written.version || seen?.changeKey !== '') return []
  return fields.filter((field) => seen.fingerprints[field] === undefined)
}

type Present = Extract<Wanted, { kind: 'present' }>
type FoundItem = Extract<Finding, { kind: 'item' }>

function hasContent(wanted: Wanted | SettledWanted): wanted is Present {
  return wanted.kind === 'present' && 'appointment' in wanted
}

/** Whether the state at its change key is known, and nothing of it is still to be told. */
function isCertain(seen: Seen | undefined): seen is Seen {
  return seen !== undefined && seen.changeKey !== '' && !Object.values(seen.fingerprints).includes('')
}

/** Its values are not known of both sides, or one of them is about to be written over. */
function isToBeRead({ winner, fields: names, exchange }: Conflict): boolean {
  return winner === 'application' || names.some((field) => exchange?.[field] === undefined)
}

/** Exchange's user cancelled or hid it, and the application, which held it then, changed it without knowing that. */
function wasCancelledMeanwhile(record: AppointmentRecord, wanted: Present): boolean {
  const { unknownToIt, lastKnown } = mergeBase(record, wanted.basedOn)
  return takesAway(unknownToIt.at(-1)?.kind) && !takesAway(lastKnown ?? lastWritten(record.link))
}

/** What the application did itself, if it took the appointment off: of what is absent nothing is written. */
function lastWritten({ written: { version, fingerprints } }: Link): ChangeKind | undefined {
  return version > 0 && Object.keys(fingerprints).length === 0 ? 'cancelled' : undefined
}

function changedByApplication(
  record: AppointmentRecord,
  wanted: Present,
  fingerprints: Fingerprints,
): Field[] {
  const base = mergeBase(record, wanted.basedOn).fingerprints
  return fields.filter((field) => field !== 'responses' && base[field] !== fingerprints[field])
}
