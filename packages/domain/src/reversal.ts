import type { Appointment } from './appointment.ts'
import { agreedUpon, mergeBase } from './base.ts'
import { type Field, fields, propertiesOf } from './field.ts'
import { attendeeOwns, changedAtExchange, type Observed } from './merge.ts'
import type { AppointmentRecord, Conflict, Reversal } from './record.ts'

export type Side = Conflict['winner']

/** Of each side the values in conflict, as far as they are known. */
export type ConflictValues = Readonly<Record<Side, Partial<Appointment>>>

/** A field in conflict, and who has won it by now. */
export type Contested = { readonly field: Field; readonly winner: Side; readonly conflict: Conflict }

/** The fields that were in conflict when this version was written. */
export function contestedIn(record: AppointmentRecord, version: number): Contested[] {
  const isOther = isReversed(record, version)
  return record.link.conflicts
    .filter((conflict) => conflict.version === version)
    .flatMap((conflict) =>
      conflict.fields.map((field) => ({
        field,
        winner: isOther ? other(conflict.winner) : conflict.winner,
        conflict,
      })),
    )
}

export function reversalsOf({ reversals = [] }: AppointmentRecord, version: number): readonly Reversal[] {
  return reversals.filter((reversal) => reversal.version === version)
}

/** Whether the other side has won the conflict by now. */
export function isReversed(record: AppointmentRecord, version: number): boolean {
  return reversalsOf(record, version).at(-1)?.isBack === false
}

/** Of each field in conflict the value of the side that lost it. */
export function losingValues(conflicts: readonly Conflict[], sides: ConflictValues): ConflictValues {
  const lostBy = (loser: Side) =>
    conflicts.filter(({ winner }) => winner !== loser).flatMap((conflict) => conflict.fields)
  return {
    application: valuesOf(sides.application, lostBy('application')),
    exchange: valuesOf(sides.exchange, lostBy('exchange')),
  }
}

/** The values of the named fields. */
export function valuesOf(appointment: Partial<Appointment>, names: readonly Field[]): Partial<Appointment> {
  const properties = names.flatMap(propertiesOf).filter((property) => property in appointment)
  return Object.fromEntries(properties.map((property) => [property, appointment[property]]))
}

export type ReversalPlan =
  | { readonly action: 'write'; readonly fields: readonly Field[] }
  /** These fields are not what the decision made them any more. */
  | { readonly action: 'changed'; readonly fields: readonly Field[] }
  /** These fields are another organiser's. */
  | { readonly action: 'foreign'; readonly fields: readonly Field[] }

/**
 * Decides whether the conflict of a version can be reversed: all of it, and only while Exchange holds what the decision
 * left there, so that no later edit of anybody is lost.
 */
export function planReversal(
  record: AppointmentRecord,
  contested: readonly Contested[],
  observed: Observed,
): ReversalPlan {
  const names = contested.map(({ field }) => field)
  const isForeign = (field: Field) => record.link.item?.role === 'attendee' && !attendeeOwns.has(field)
  if (names.some(isForeign)) return { action: 'foreign', fields: names.filter(isForeign) }
  const changed = contested.filter((each) => !isAsDecided(record, each, observed))
  if (changed.length > 0) return { action: 'changed', fields: changed.map(({ field }) => field) }
  return { action: 'write', fields: fields.filter((field) => names.includes(field)) }
}

/** Whether Exchange holds what the newest decision about the field left there. */
export function isAsDecided(
  record: AppointmentRecord,
  { field, conflict }: Contested,
  observed: Observed,
): boolean {
  const holds = observed.fingerprints[field]
  const reversal = reversalsOf(record, conflict.version).at(-1)
  if (reversal) return reversal.left[field] === holds
  if (conflict.winner === 'exchange') return conflict.exchange?.[field] === holds

  // What we wrote, which Exchange may have put into words of its own: neither side has changed it since.
  const { seen } = record.link
  const base = mergeBase(record, undefined)
  const agreed = { changeKey: seen?.changeKey ?? '', fingerprints: agreedUpon(record, base.revision) }
  return (
    base.fingerprints[field] === conflict.application?.[field] &&
    !changedAtExchange({ seen: agreed, written: base, observed }).has(field)
  )
}

export function other(side: Side): Side {
  return side === 'exchange' ? 'application' : 'exchange'
}
