import type { Field, Fingerprints } from '@lockstep/domain'

/** A string for what digests look like, else the set itself. */
export type PackedFingerprints = string | Partial<Fingerprints>

/** What is stored depends on this order: a new field goes to the end, and none leaves its place. */
const places = {
  subject: 0,
  body: 1,
  when: 2,
  location: 3,
  showAs: 4,
  sensitivity: 5,
  importance: 6,
  reminderMinutesBeforeStart: 7,
  categories: 8,
  attendees: 9,
  responses: 10,
} as const satisfies Record<Field, number>
const fields = Object.keys(places) as Field[]

const MISSING = '~'
const SAME = '='
const digestForm = /^[\w-]*$/

/**
 * Packs a set of fingerprints: the digests in the order of the fields, without their names. A digest that `base` has
 * too takes one character, since most fields of what was written and what was seen are the same.
 */
export function packFingerprints(
  set: Partial<Fingerprints>,
  base: Partial<Fingerprints> = {},
): PackedFingerprints {
  const digests = fields.map((field) => set[field])
  if (digests.some((digest) => digest !== undefined && !digestForm.test(digest))) return set
  if (digests.every((digest) => digest === undefined)) return ''
  return fields.map((field, n) => packed(digests[n], base[field])).join(',')
}

export function unpackFingerprints(
  stored: PackedFingerprints,
  base: Partial<Fingerprints> = {},
): Partial<Fingerprints> {
  if (typeof stored !== 'string') return stored
  if (stored === '') return {}
  const digests = stored.split(',')
  const entries = fields.map((field, n) => [field, unpacked(digests[n], base[field])] as const)
  return Object.fromEntries(entries.filter((entry): entry is [Field, string] => entry[1] !== undefined))
}

function packed(digest: string | undefined, base: string | undefined): string {
  if (digest === undefined) return MISSING
  return digest !== '' && digest === base ? SAME : digest
}

function unpacked(digest: string | undefined, base: string | undefined): string | undefined {
  if (digest === undefined || digest === MISSING) return undefined
  return digest === SAME ? base : digest
}
