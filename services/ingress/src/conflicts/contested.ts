import {
  type AppointmentRecord,
  type ConflictValues,
  type Contested,
  contestedIn,
  isAsDecided,
  propertiesOf,
  reversalsOf,
  type Side,
  valuesOf,
} from '@lockstep/domain'
import type { ConflictSeal, Ledger, Mailbox } from '@lockstep/ledger'
import type { z } from 'zod'
import { iso } from '../known-mailbox.ts'
import type { conflictSchema } from '../openapi/conflict-answers.ts'
import type { Live } from './look.ts'

/** The conflict with one version of the application, and what is kept of it. */
export type KnownConflict = {
  readonly version: number
  readonly contested: readonly Contested[]
  readonly kept?: { readonly values: ConflictValues; readonly untilMs: number }
}

type Deps = { ledger: Ledger; seal: ConflictSeal }

export async function knownConflict(
  { ledger, seal }: Deps,
  mailbox: Mailbox,
  record: AppointmentRecord,
  version: number,
): Promise<KnownConflict> {
  const { appointmentId } = record
  const found = await ledger.conflictValues(mailbox.id, appointmentId, version)
  const values = found && seal.open(found.sealed, { mailboxId: mailbox.id, appointmentId, version })
  return {
    version,
    contested: contestedIn(record, version),
    ...(values && { kept: { values, untilMs: found.untilMs } }),
  }
}

/** Of each side the values, as far as anybody holds them: sealed what lost, in Exchange what won. */
export function knownValues(
  record: AppointmentRecord,
  { contested, kept }: KnownConflict,
  live: Live,
): ConflictValues {
  if (live.kind !== 'item') return { application: {}, exchange: {} }
  const of = (side: Side) => {
    const won = contested.filter((each) => each.winner === side && isAsDecided(record, each, live.observed))
    const current = valuesOf(
      live.appointment,
      won.map(({ field }) => field),
    )
    return { ...current, ...kept?.values[side] }
  }
  return { application: of('application'), exchange: of('exchange') }
}

export function shownConflict(
  record: AppointmentRecord,
  known: KnownConflict,
  live: Live,
): z.input<typeof conflictSchema> {
  const { version, contested, kept } = known
  const values = knownValues(record, known, live)
  const isThere = live.kind === 'item'
  const { atMs } = record.link.conflicts.find((conflict) => conflict.version === version)!
  return {
    version,
    at: iso(atMs),
    fields: contested.map((each) => ({
      properties: [...propertiesOf(each.field)],
      winner: each.winner,
      isCurrent: isThere && isAsDecided(record, each, live.observed),
      application: shownSide(each, values, 'application'),
      exchange: shownSide(each, values, 'exchange'),
    })),
    reversals: reversalsOf(record, version).map((reversal) => ({ at: iso(reversal.atMs), by: reversal.by })),
    ...(kept && isThere && { keptUntil: iso(kept.untilMs) }),
  }
}

function shownSide({ field, conflict }: Contested, values: ConflictValues, side: Side) {
  const fingerprint = conflict[side]?.[field]
  const ofField = valuesOf(values[side], [field])
  return {
    ...(fingerprint !== undefined && { fingerprint }),
    ...(Object.keys(ofField).length > 0 && { values: ofField }),
  }
}
