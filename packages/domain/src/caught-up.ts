import { differing, fields, type Fingerprints } from './field.ts'
import { type AppointmentRecord, withAttempt } from './record.ts'

/** What the stamp on an item tells of it. */
export type StampedState = {
  readonly version: number
  readonly attempt: string
  /** Of what the application held at that version. Missing on items that were stamped before this was kept. */
  readonly base?: Partial<Fingerprints>
}

/**
 * The record with what the stamp on its item knows better: the ledger was lost, or is an older copy. The application
 * made that version, so it held it; what Exchange holds now is compared with it. Revisions up to now are in it or older.
 */
export function caughtUp(record: AppointmentRecord, stamp: StampedState | undefined): AppointmentRecord {
  const { link, offers } = record
  if (!stamp) return record
  if (stamp.version <= link.written.version) return withMaking(record, stamp)

  const { version, attempt, base } = stamp
  const basedOn = Math.max(link.written.basedOn, link.told.revision, offers.at(-1)?.revision ?? 0)
  return {
    ...record,
    link: {
      ...withAttempt(link, attempt),
      written: { version, basedOn, fingerprints: base ?? {} },
      seen: { changeKey: '', fingerprints: base ? {} : differing(fields) },
      // While it sleeps it was withdrawn since, which the stamp does not say.
      told: { ...link.told, holds: link.asleep === undefined },
    },
  }
}

/**
 * The record with what is known of the making of its item by its stamp alone: the attempt, and what the application held
 * at that version, if it was forgotten since newer ones had come before the item was found.
 */
export function withMaking(
  record: AppointmentRecord,
  { version, attempt, base }: StampedState,
): AppointmentRecord {
  const { link } = record
  const { written } = link
  const isForgotten = fields.every((field) => written.fingerprints[field] === '')
  const isKnownAgain = base !== undefined && isForgotten && version === written.version
  return {
    ...record,
    link: {
      ...link,
      attempt: link.attempt ?? attempt,
      ...(isKnownAgain && { written: { ...written, fingerprints: base } }),
    },
  }
}

/** Nothing was ever written, told or offered of it, as far as the ledger remembers. */
export function isUnremembered({ link, offers }: AppointmentRecord): boolean {
  const { written, attempt, told, asleep } = link
  return (
    written.version === 0 && attempt === undefined && told.revision === 0 && !asleep && offers.length === 0
  )
}
