import type { Field, Fingerprints } from './field.ts'
import type { AppointmentRecord, Offer } from './record.ts'

/** How many offers the ledger keeps of an appointment. */
export const offersKept = 16

/** What the application held when it made a version: the common base of a merge. */
export type MergeBase = {
  /** The newest revision merged into it. */
  readonly revision: number
  readonly fingerprints: Partial<Fingerprints>
  /** What the application was offered later, so that it did not know it when it made the version. */
  readonly unknownToIt: readonly Offer[]
}

/**
 * The merge base of a version that is based on `basedOn`: what was last written, and over it what the application
 * applied since. Without `basedOn`, or with one that is too old to be remembered, it is the last that was acknowledged.
 */
export function mergeBase(
  record: Pick<AppointmentRecord, 'link' | 'offers'>,
  basedOn: number | undefined,
): MergeBase {
  const { link, offers } = record
  const revision = remembers(offers, basedOn) ? basedOn : link.told.revision
  const applied = offers.filter(
    (offer) => offer.revision > link.written.basedOn && offer.revision <= revision,
  )
  return {
    revision: Math.max(revision, link.written.basedOn),
    fingerprints: Object.assign({}, link.written.fingerprints, ...applied.map((offer) => offer.fingerprints)),
    unknownToIt: offers.filter((offer) => offer.revision > revision),
  }
}

/** The fields that the application did not know of when it made the version. */
export function fieldsOf(offers: readonly Offer[]): Set<Field> {
  return new Set(offers.flatMap((offer) => Object.keys(offer.fingerprints) as Field[]))
}

function remembers(offers: readonly Offer[], basedOn: number | undefined): basedOn is number {
  if (basedOn === undefined) return false
  const oldest = offers[0]
  return offers.length < offersKept || oldest === undefined || basedOn >= oldest.revision
}
