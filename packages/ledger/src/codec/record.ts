import type {
  AppointmentRecord,
  Decision,
  Intent,
  Offer,
  Refusal,
  SettledWanted,
  Wanted,
} from '@lockstep/domain'
import { unpackReversals } from './conflict.ts'
import { unpackCrossings, unpackFrozen } from './crossing.ts'
import { unpackLink, unpackOffer } from './link.ts'

/**
 * The hash of an appointment. Numbers that scripts compare have fields of their own; the rest is opaque to them.
 *
 * | field | holds | | field | holds |
 * |---|---|---|---|---|
 * | `v` | wanted version | | `i` | intent of the attempt in flight |
 * | `w` | wanted, but for version and content | | `j` | intent of an earlier one, outcome unknown |
 * | `c` | the content, while unsettled | | `a` | attempts of outbound |
 * | `s` | version written | | `x` | why outbound failed last |
 * | `l` | link, but for version and item | | `p` | since when outbound is parked |
 * | `h` | the item's handles and the item | | `r` | newest revision |
 * | `e` | epoch: the number of attempts so far | | `o1`… | the newest 16 offers |
 * | `k` | content that may be landing, overtaken since | | `kv` | its version |
 * | `rv` | the newest 16 reversals, one a line | | | |
 * | `f` | the newest 16 crossings, one a line | | `z` | since when it is frozen, and for which fields |
 * | `y` | what was decided of it while unconfirmed | | `b` | when it was born, until it is settled |
 * | `u` | newest listing when it was passed over | | `n` | its new id, and nothing else, once it was renamed |
 *
 * A mark adds `mk` kind, `mr` reason, `ms` serial, `mt` since, `mn` notified, `mb` epoch of the delivery in flight,
 * `ma` attempts, `mc` why it failed last, `mp` since when it is parked, `mw` the version that it waits for.
 */
export type StoredFields = Readonly<Record<string, string>>

type PackedHead = { k: 0 | 1; b?: number; t: number; r?: string; x?: 1 }

export function recordOf(appointmentId: string, stored: StoredFields): AppointmentRecord {
  const wanted = wantedOf(stored)
  const intent = stored['i'] ?? stored['j']
  return {
    appointmentId,
    ...(wanted && { wanted }),
    ...(stored['b'] !== undefined && { bornAtMs: Number(stored['b']) }),
    link: unpackLink(stored['l'], stored['s'], stored['h']),
    ...(intent !== undefined && { intent: unpackIntent(intent) }),
    offers: offersOf(stored),
    ...(stored['f'] !== undefined && { crossings: unpackCrossings(stored['f']) }),
    ...(stored['rv'] !== undefined && { reversals: unpackReversals(stored['rv']) }),
    ...(stored['y'] !== undefined && { decision: stored['y'] as Decision }),
    ...(stored['u'] !== undefined && { passedOverMs: Number(stored['u']) }),
    ...(stored['mk'] === 'withdraw' && stored['mr'] !== undefined && { hiding: stored['mr'] as Refusal }),
    ...(stored['z'] !== undefined && { frozen: unpackFrozen(stored['z']) }),
  }
}

export function packHead(wanted: Wanted): string {
  const { kind, basedOn, atMs, isFromExchange } = wanted
  const head: PackedHead = {
    k: kind === 'present' ? 1 : 0,
    ...(basedOn !== undefined && { b: basedOn }),
    t: atMs,
    ...(kind === 'absent' && { r: wanted.reason }),
    ...(isFromExchange && { x: 1 }),
  }
  return JSON.stringify(head)
}

function wantedOf({ v, w, c }: StoredFields): Wanted | SettledWanted | undefined {
  if (v === undefined || w === undefined) return undefined
  const { k, b, t, r, x } = JSON.parse(w) as PackedHead
  return {
    kind: k === 1 ? 'present' : 'absent',
    version: Number(v),
    ...(b !== undefined && { basedOn: b }),
    atMs: t,
    ...(r !== undefined && { reason: r }),
    ...(x && { isFromExchange: true }),
    ...(c !== undefined && { appointment: JSON.parse(c) as unknown }),
  } as Wanted | SettledWanted
}

export function packIntent({ version, attempt, atMs }: Intent): string {
  return `${version} ${attempt} ${atMs}`
}

export function unpackIntent(stored: string): Intent {
  const [version, attempt, atMs] = stored.split(' ')
  return { version: Number(version), attempt: attempt!, atMs: Number(atMs) }
}

function offersOf(stored: StoredFields): Offer[] {
  return Object.keys(stored)
    .filter((field) => /^o\d+$/.test(field))
    .map((field) => unpackOffer(Number(field.slice(1)), stored[field]!))
    .sort((a, b) => a.revision - b.revision)
}

/** The fields of a hash as a script returns them: name, value, name, value… */
export function fieldsOf(flat: readonly string[]): StoredFields {
  return Object.fromEntries(
    Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n]!, flat[2 * n + 1]!]),
  )
}
