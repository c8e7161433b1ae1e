import {
  emptyLink,
  type Link,
  type LinkedItem,
  type Offer,
  type Fingerprints,
  type Refusal,
  type Seen,
} from '@lockstep/domain'
import { itemHandle, uidHandle } from '../keys.ts'
import { type PackedConflict, packConflict, unpackConflict } from './conflict.ts'
import { type PackedFingerprints, packFingerprints, unpackFingerprints } from './fingerprints.ts'

/** A link as it is stored, but for the version written and the item, which have fields of their own. */
type PackedLink = {
  w: [basedOn: number, PackedFingerprints]
  s?: [changeKey: string, PackedFingerprints, joinBlock?: 1]
  t: [revision: number, holds: 0 | 1]
  a?: string
  f?: readonly string[]
  z?: Refusal
  c?: readonly PackedConflict[]
}

export function packLink(link: Link): string {
  const { written, attempt, earlierAttempts, seen, told, asleep, conflicts } = link
  const packed: PackedLink = {
    w: [written.basedOn, packFingerprints(written.fingerprints)],
    ...(seen && { s: packSeen(seen, written.fingerprints) }),
    t: [told.revision, told.holds ? 1 : 0],
    ...(attempt !== undefined && { a: attempt }),
    ...(earlierAttempts && { f: earlierAttempts }),
    ...(asleep && { z: asleep }),
    ...(conflicts.length > 0 && { c: conflicts.map(packConflict) }),
  }
  return JSON.stringify(packed)
}

function packSeen(
  { changeKey, fingerprints, joinBlock }: Seen,
  written: Partial<Fingerprints>,
): NonNullable<PackedLink['s']> {
  const packed = packFingerprints(fingerprints, written)
  return joinBlock ? [changeKey, packed, 1] : [changeKey, packed]
}

export function unpackLink(
  link: string | undefined,
  version: string | undefined,
  item: string | undefined,
): Link {
  const linked = item === undefined ? {} : { item: unpackItem(item) }
  if (link === undefined) return { ...emptyLink, ...linked }

  const { w, s, t, a, f, z, c } = JSON.parse(link) as PackedLink
  const fingerprints = unpackFingerprints(w[1])
  return {
    written: { version: Number(version), basedOn: w[0], fingerprints },
    ...linked,
    ...(a !== undefined && { attempt: a }),
    ...(f && { earlierAttempts: f }),
    ...(s && {
      seen: {
        changeKey: s[0],
        fingerprints: unpackFingerprints(s[1], fingerprints),
        ...(s[2] && { joinBlock: true }),
      },
    }),
    told: { revision: t[0], holds: t[1] === 1 },
    ...(z && { asleep: z }),
    conflicts: (c ?? []).map(unpackConflict),
  }
}

/** Where an item has no UID yet. As long as a handle. */
const NO_HANDLE = '-'.repeat(22)

/** The item's two handles come first, each 22 characters, so that a script can find them without JSON. */
export function packItem({ itemId, uid, role, stamped, isPresumed }: LinkedItem): string {
  const flags = (role === 'attendee' ? 1 : 0) + (stamped ? 2 : 0)
  const known = uid === undefined ? [] : [uid, ...(isPresumed ? [1] : [])]
  const rest = JSON.stringify([itemId, flags, ...known])
  return `${itemHandle(itemId)} ${uid === undefined ? NO_HANDLE : uidHandle(uid)} ${rest}`
}

export function unpackItem(stored: string): LinkedItem {
  const [itemId, flags, uid, presumed] = JSON.parse(stored.slice(46)) as [string, number, string?, 1?]
  return {
    itemId,
    ...(uid !== undefined && { uid }),
    role: flags % 2 === 1 ? 'attendee' : 'organizer',
    stamped: flags >= 2,
    ...(presumed === 1 && { isPresumed: true }),
  }
}

export function packOffer({ atMs, kind, fingerprints }: Omit<Offer, 'revision'>): string {
  return JSON.stringify([atMs, kind, packFingerprints(fingerprints)])
}

export function unpackOffer(revision: number, stored: string): Offer {
  const [atMs, kind, fingerprints] = JSON.parse(stored) as [number, Offer['kind'], PackedFingerprints]
  return { revision, atMs, kind, fingerprints: unpackFingerprints(fingerprints) }
}
