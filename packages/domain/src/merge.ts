import { doubted, lastOffered, type MergeBase } from './base.ts'
import { differingFields, type Field, fields, type Fingerprints, only } from './field.ts'
import type { Conflict, LinkedItem, Seen, Written } from './record.ts'

/** Which side wins where both changed the same field. `latest`: the one that changed it last. */
export type ConflictPolicy = 'exchange' | 'application' | 'latest'

/** What Exchange holds now, as far as it was read. */
export type Observed = {
  readonly changeKey: string
  readonly fingerprints: Fingerprints
  readonly lastModifiedMs: number
  /** Its body holds the join block of a meeting tool. */
  readonly joinBlock?: boolean
  /** Fields that say in other words what the application wants: Exchange keeps no more of that. */
  readonly alike?: readonly Field[]
}

export type MergeInput = {
  readonly wanted: { readonly version: number; readonly atMs: number; readonly fingerprints: Fingerprints }
  readonly base: MergeBase
  readonly written: Written
  readonly seen: Seen
  readonly role: LinkedItem['role']
  readonly observed?: Observed
  readonly policy: ConflictPolicy
  /** Fields in which Exchange differs because of an earlier version of the application's: that one never wins. */
  readonly ours?: readonly Field[]
  readonly nowMs: number
}

export type Merge = {
  /** What to write. */
  readonly write: readonly Field[]
  /** What the application changed and Exchange keeps as it is. */
  readonly lost: readonly Field[]
  /**
   * What Exchange holds once this is written, and the application does not, or perhaps not: it has to be told. A change
   * that it applied after it made the version may have covered what is written now.
   */
  readonly untold: readonly Field[]
  /** One for each side that won something; missing if there was no conflict. */
  readonly conflicts?: readonly Conflict[]
}

/** Exchange's clock and ours need not agree; a change within this time of another is not later. */
const sameTimeMs = 2_000

/** What the application can change; what it says of the others means nothing. */
export const applicationFields: readonly Field[] = fields.filter((field) => field !== 'responses')

/** On another organiser's item nothing else may be written. */
export const attendeeOwns: ReadonlySet<Field> = new Set([
  'reminderMinutesBeforeStart',
  'categories',
  'showAs',
])

/** Merges what the application changed with what Exchange holds, field by field, against their common base. */
export function merge(input: MergeInput): Merge {
  const { wanted, base, written, seen, observed, role } = input
  const changed = applicationFields.filter((field) => base.fingerprints[field] !== wanted.fingerprints[field])
  const atExchange = changedAtExchange({ ...input, written: base })
  const offered = lastOffered(base.unknownToIt)
  const atLast = observed ?? { fingerprints: offered }
  const holds = (field: Field) => isHeld(atLast, wanted.fingerprints, field)
  // Whoever is new has not answered yet: that is no news.
  const areOnlyNew = changed.includes('attendees') && holds('attendees')
  const same = (field: Field) => (field !== 'responses' || areOnlyNew) && holds(field)

  const unknown = new Set(differingFields(offered, base.fingerprints))
  /** It still holds what the application wrote, and only has to be told. */
  const isToldAgain = (field: Field) =>
    seen.fingerprints[field] === '' && observed?.fingerprints[field] === written.fingerprints[field]
  const doubtful = (field: Field) => base.fingerprints[field] === undefined
  const both = changed.filter(
    (field) =>
      !same(field) &&
      (unknown.has(field) || (atExchange.has(field) && !isToldAgain(field)) || doubtful(field)),
  )
  const exchangeWins = winner(input) === 'exchange'
  // A body that is not ours may hold more than words: it is not written over, whoever else wins.
  const yields = (field: Field) => (exchangeWins || field === 'body') && !input.ours?.includes(field)
  const foreign = role === 'attendee' ? changed.filter((field) => !attendeeOwns.has(field)) : []
  const lost = fields.filter(
    (field) => foreign.includes(field) || (both.includes(field) && (yields(field) || doubtful(field))),
  )
  const write = changed.filter((field) => !lost.includes(field) && !same(field))
  const overtaken = doubted(base.overtaking, wanted.fingerprints)
  const isUntold = (field: Field) =>
    lost.includes(field) ||
    (overtaken.has(field) && changed.includes(field)) ||
    (atExchange.has(field) && !write.includes(field) && (!same(field) || overtaken.has(field)))
  const conflicts = conflictsOf(input, { atExchange: observed?.fingerprints ?? offered, both, foreign, lost })
  return {
    write,
    lost,
    untold: fields.filter(isUntold),
    ...(conflicts.length > 0 && { conflicts }),
  }
}

/** Whether Exchange holds what is wanted, be it in other words. */
export function isHeld(
  { fingerprints, alike = [] }: { fingerprints: Partial<Fingerprints>; alike?: readonly Field[] },
  wanted: Fingerprints,
  field: Field,
): boolean {
  return fingerprints[field] === wanted[field] || alike.includes(field)
}

/** Fields in which Exchange moved on since both sides agreed. What we wrote and did not read back is compared with it. */
export function changedAtExchange({
  seen,
  written,
  observed,
}: Pick<MergeInput, 'seen' | 'observed'> & { written: Pick<Written, 'fingerprints'> }): Set<Field> {
  if (!observed) return new Set()
  const isOurs = observed.changeKey === seen.changeKey
  const agreed = (field: Field) =>
    seen.fingerprints[field] ??
    (isOurs || !written.fingerprints[field] ? observed.fingerprints[field] : written.fingerprints[field])
  return new Set(fields.filter((field) => agreed(field) !== observed.fingerprints[field]))
}

function winner({ policy, wanted, observed, base }: MergeInput): Conflict['winner'] {
  if (policy !== 'latest') return policy
  const exchangeAtMs = observed?.lastModifiedMs ?? base.unknownToIt.at(-1)?.atMs ?? 0
  return wanted.atMs > exchangeAtMs + sameTimeMs ? 'application' : 'exchange'
}

type Sides = {
  /** As far as it was read, or is known from what was offered. */
  readonly atExchange: Partial<Fingerprints>
  readonly both: readonly Field[]
  readonly foreign: readonly Field[]
  readonly lost: readonly Field[]
}

function conflictsOf(input: MergeInput, { atExchange, both, foreign, lost }: Sides): Conflict[] {
  const { nowMs: atMs, wanted } = input
  const wonBy = (winner: Conflict['winner']) => {
    const names = fields.filter(
      (field) =>
        (both.includes(field) || foreign.includes(field)) && lost.includes(field) === (winner === 'exchange'),
    )
    if (names.length === 0) return []
    const sides = { application: only(wanted.fingerprints, names), exchange: only(atExchange, names) }
    return [{ atMs, version: wanted.version, fields: names, winner, ...sides }]
  }
  return [...wonBy('application'), ...wonBy('exchange')]
}
