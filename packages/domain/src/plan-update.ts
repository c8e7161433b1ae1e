import { agreedUpon, mergeBase } from './base.ts'
import { type Field, fields, type Fingerprints, only, without } from './field.ts'
import { mayLandUntilMs } from './late-call.ts'
import { merge, type Merge, type MergeInput, type Observed } from './merge.ts'
import type { Finding, OutboundInput, OutboundPlan, Overtaken, Present } from './outbound-plan.ts'
import type { AppointmentRecord, Conflict, LinkedItem, Seen } from './record.ts'

/** Decides what of the item that the appointment has is to be written. */
export function planUpdate(input: OutboundInput, wanted: Present, item: LinkedItem): OutboundPlan {
  const { record, finding } = input
  if (finding?.kind === 'gone') return { action: 'missing' }
  if (finding?.kind === 'item') return planFound(input, wanted, item, finding)

  const { seen } = record.link
  if (!isCertain(seen)) return { action: 'read', item }
  const merged = merge(mergeInput(input, wanted, item))
  if (isToBeReadFirst(merged, seen, input, item)) return { action: 'read', item }
  return planMerged(merged, wanted, item, seen.changeKey)
}

/** What is known of the item is not enough to write, or to leave it as it is. */
function isToBeReadFirst(
  { write, conflicts }: Merge,
  seen: Seen,
  { earlier }: OutboundInput,
  { role }: LinkedItem,
): boolean {
  // What an earlier attempt wrote, or not, has to be known before nothing is written over it.
  if (earlier && write.length === 0) return true
  // The block that is to be kept has to be read before the body is written.
  if (seen.joinBlock && write.includes('body')) return true
  // So has what Exchange loses or keeps, for people who look at the conflict.
  return role === 'organizer' && (conflicts ?? []).some(isToBeRead)
}

type FoundItem = Extract<Finding, { kind: 'item' }>

function planFound(input: OutboundInput, wanted: Present, item: LinkedItem, found: FoundItem): OutboundPlan {
  const plan = planOver(input, wanted, item, found)
  const untilMs = plan.action === 'settle' ? mayLandUntil(input, found) : undefined
  return untilMs === undefined ? plan : { action: 'wait', untilMs }
}

/**
 * Until when an older version may still land, whose answer was lost: a write of this one would leave it a change key that
 * is none any more, and nothing is to be written. As long as the item is as it was, it has not landed yet.
 */
function mayLandUntil(
  { record, earlier, rules }: OutboundInput,
  { observed }: FoundItem,
): number | undefined {
  const changeKey = record.link.seen?.changeKey ?? ''
  if (!earlier || (changeKey !== '' && changeKey !== observed.changeKey)) return undefined
  return mayLandUntilMs(earlier, rules)
}

function planOver(input: OutboundInput, wanted: Present, item: LinkedItem, found: FoundItem): OutboundPlan {
  const { observed, stampedVersion } = found
  if (stampedVersion === wanted.version) {
    return {
      action: 'landed',
      observed,
      written: changedByApplication(input.record, wanted, input.fingerprints!),
    }
  }
  const merging = mergeInput(input, wanted, item)
  const landed = landedBase(input.record, found)
  if (landed) {
    // A body that differs may be that one, as Exchange rewrote it.
    const merged = merge({ ...onTopOf(merging, input.record, landed), observed, ours: ['body'] })
    return planMerged(merged, wanted, item, observed.changeKey)
  }
  const ours = probablyOurs(input.record, stampedVersion)
  return planMerged(
    merge({ ...withLanded(merging, observed, input.overtaken), observed, ours }),
    wanted,
    item,
    observed.changeKey,
  )
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

/** What the application held at a version that the stamp proves to have landed, though its answer was lost. */
function landedBase(
  { link }: AppointmentRecord,
  { stampedVersion = 0, stampedBase }: FoundItem,
): Partial<Fingerprints> | undefined {
  return stampedVersion > link.written.version ? stampedBase : undefined
}

/**
 * The merge on top of a version that landed: what differs from it at Exchange is its user's edit. What the application
 * was told meanwhile, and holds, it did not change. What that version wrote was not read back.
 */
function onTopOf(
  merging: MergeInput,
  { link }: AppointmentRecord,
  landed: Partial<Fingerprints>,
): MergeInput {
  const { wanted, base, seen } = merging
  const before = link.written.fingerprints
  const isAdopted = (field: Field) =>
    base.fingerprints[field] !== before[field] && base.fingerprints[field] === wanted.fingerprints[field]
  const known = Object.keys(landed) as Field[]
  const held = only(
    landed,
    known.filter((field) => !isAdopted(field)),
  )
  const wrote = known.filter((field) => landed[field] !== before[field] && seen.fingerprints[field] !== '')
  // Whom it invited has not answered yet, as far as the application knows: that is no news.
  const invited = wrote.includes('attendees') && landed.attendees === wanted.fingerprints.attendees
  const unanswered = invited ? only(wanted.fingerprints, ['responses']) : {}
  return {
    ...merging,
    base: { ...base, fingerprints: { ...base.fingerprints, ...held } },
    seen: { ...seen, fingerprints: { ...without(seen.fingerprints, wrote), ...unanswered } },
  }
}

/** The stamp proves that a write landed whose answer was lost: what differs is its effect, hardly ever a user's edit. */
function probablyOurs({ link }: AppointmentRecord, stampedVersion = 0): readonly Field[] {
  const { seen, written } = link
  if (stampedVersion > written.version) return fields
  if (stampedVersion < written.version || seen?.changeKey !== '') return []
  return fields.filter((field) => seen.fingerprints[field] === undefined)
}

/** Whether the state at its change key is known, and nothing of it is still to be told. */
function isCertain(seen: Seen | undefined): seen is Seen {
  return seen !== undefined && seen.changeKey !== '' && !Object.values(seen.fingerprints).includes('')
}

/** Its values are not known of both sides, or one of them is about to be written over. */
function isToBeRead({ winner, fields: names, exchange }: Conflict): boolean {
  return winner === 'application' || names.some((field) => exchange?.[field] === undefined)
}

function changedByApplication(
  record: AppointmentRecord,
  wanted: Present,
  fingerprints: Fingerprints,
): Field[] {
  const base = mergeBase(record, wanted.basedOn).fingerprints
  return fields.filter((field) => field !== 'responses' && base[field] !== fingerprints[field])
}
