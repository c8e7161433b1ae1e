import type { Field, Fingerprints } from './field.ts'
import { fields } from './field.ts'

/** An update that went from one side to the other: what it changed, in the words that were written or told. */
export type Crossing = {
  readonly atMs: number
  readonly direction: 'outbound' | 'inbound'
  readonly fingerprints: Partial<Fingerprints>
}

export type OscillationRules = {
  /** So many crossings of a field, to and fro, are too many. 0: never. */
  readonly crossings: number
  readonly windowMs: number
}

/** An appointment that flips between the sides: nothing of it is written or told until it is replayed. */
export type Frozen = { readonly atMs: number; readonly fields: readonly Field[] }

/**
 * The fields that flip between the sides: each crossing goes the other way than the one before, and brings a value that
 * was there already. People who take turns at a field hardly ever do that, two programs that both correct it always do.
 */
export function oscillatingFields(
  past: readonly Crossing[],
  next: Crossing,
  { crossings, windowMs }: OscillationRules,
): Field[] {
  if (crossings === 0) return []
  const recent = [...past.filter(({ atMs }) => atMs > next.atMs - windowMs), next]
  return fields.filter((field) => {
    if (next.fingerprints[field] === undefined) return false
    const last = recent.filter(({ fingerprints }) => fingerprints[field] !== undefined).slice(-crossings)
    return last.length === crossings && alternates(last) && returns(last, field)
  })
}

function alternates(crossings: readonly Crossing[]): boolean {
  return crossings.every(({ direction }, n) => n === 0 || direction !== crossings[n - 1]!.direction)
}

/** From the third on, every value was there before. */
function returns(crossings: readonly Crossing[], field: Field): boolean {
  const values = crossings.map(({ fingerprints }) => fingerprints[field])
  return values.every((value, n) => n < 2 || values.indexOf(value) < n)
}
