import { type Field, type Fingerprints, without } from './field.ts'
import type { AppointmentRecord, ChangeKind, Offer } from './record.ts'

/** How many offers the ledger keeps of an appointment. */
export const offersKept = 16

/** What the application held when it made a version: the common base of a merge. */
export type MergeBase = {
  /** The newest revision merged into it. */
  readonly revision: number
  /** A field is missing if it is in doubt what the application held. */
  readonly fingerprints: Partial<Fingerprints>
  /** The newest change that it applied between the version written last and this one. */
  readonly lastKnown?: ChangeKind
  /** What the application was offered later, so that it did not know it when it made the version. */
  readonly unknownToIt: readonly Offer[]
  /** What it may have applied after it made the version, over what it then held. Without `basedOn` it is more than that. */
  readonly overtaking: readonly Offer[]
}

/**
 * The merge base of a version that is based on `basedOn`: what was last written, and over it what the application
 * applied since. Without `basedOn`, or with one that is not remembered, it is the last that was acknowledged; of one
 * that is too old, what was offered since is in doubt.
 */
export function mergeBase(
  record: Pick<AppointmentRecord, 'link' | 'offers'>,
  basedOn: number | undefined,
): MergeBase {
  const { offers } = record
  const { written, told } = record.link
  const { oldest, newest } = remembered(record)
  const isTooOld = basedOn !== undefined && basedOn < oldest
  const isRemembered = basedOn !== undefined && basedOn >= oldest && basedOn <= newest
  const revision = isRemembered ? basedOn : Math.max(told.revision, written.basedOn)

  const applied = offers.filter((offer) => offer.revision > written.basedOn && offer.revision <= revision)
  const unknownToIt = offersAfter(offers, isTooOld ? basedOn : revision)
  const fingerprints = { ...written.fingerprints, ...lastOffered(applied) }
  const lastKnown = applied.at(-1)?.kind
  return {
    revision,
    fingerprints: isTooOld ? without(fingerprints, [...fieldsOf(unknownToIt)]) : fingerprints,
    ...(lastKnown && { lastKnown }),
    unknownToIt,
    overtaking: isRemembered || isTooOld ? unknownToIt : offersAfter(offers, surelyKnown(record)),
  }
}

/** What the application was offered and neither acknowledged nor built upon: it may have applied it or not. */
export function unacknowledged({
  link,
  offers,
}: Pick<AppointmentRecord, 'link' | 'offers'>): readonly Offer[] {
  return offersAfter(offers, Math.max(link.told.revision, link.written.basedOn))
}

/**
 * What both sides agree upon in Exchange's words, once the application has built upon `revision`: that is as good as an
 * acknowledgement of what it was offered until then.
 */
export function agreedUpon(
  record: Pick<AppointmentRecord, 'link' | 'offers'>,
  revision: number,
): Partial<Fingerprints> {
  const applied = unacknowledged(record).filter((offer) => offer.revision <= revision)
  return { ...record.link.seen?.fingerprints, ...lastOffered(applied) }
}

/** The fields that are named in the offers. */
export function fieldsOf(offers: readonly Offer[]): Set<Field> {
  return new Set(offers.flatMap((offer) => Object.keys(offer.fingerprints) as Field[]))
}

/**
 * The fields that the offers leave in doubt. What they name just as the application holds it anyway is in none: it comes
 * to the same whether they were applied or not.
 */
export function doubted(offers: readonly Offer[], held: Partial<Fingerprints>): Set<Field> {
  const isIn = (offer: Offer, field: Field) => offer.fingerprints[field] !== held[field]
  return new Set(offers.flatMap((offer) => [...fieldsOf([offer])].filter((field) => isIn(offer, field))))
}

/** What was offered last of each field that is named in the offers. */
export function lastOffered(offers: readonly Offer[]): Partial<Fingerprints> {
  return Object.assign({}, ...offers.map(({ fingerprints }) => fingerprints))
}

/** Whether a change took the appointment off the application. */
export function takesAway(kind: ChangeKind | undefined): boolean {
  return kind === 'cancelled' || kind === 'withdrawn'
}

function remembered({ link, offers }: Pick<AppointmentRecord, 'link' | 'offers'>) {
  const { written, told } = link
  const first = offers.length < offersKept ? 0 : offers[0]!.revision
  return {
    oldest: Math.max(written.basedOn, first),
    newest: Math.max(written.basedOn, told.revision, offers.at(-1)?.revision ?? 0),
  }
}

/** Without `basedOn`: what was merged before, and the offer from which the application knows of the appointment at all. */
function surelyKnown({ link, offers }: Pick<AppointmentRecord, 'link' | 'offers'>): number {
  const { version, basedOn } = link.written
  const [first] = offers
  return version === 0 && basedOn === 0 && first?.kind === 'created' ? first.revision : basedOn
}

function offersAfter(offers: readonly Offer[], revision: number): readonly Offer[] {
  return offers.filter((offer) => offer.revision > revision)
}
