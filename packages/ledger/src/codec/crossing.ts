import type { Crossing, Field, Frozen } from '@lockstep/domain'
import { type PackedFingerprints, packFingerprints, unpackFingerprints } from './fingerprints.ts'

/** One line for each crossing: the script appends and drops lines. */
export function packCrossing({ atMs, direction, fingerprints }: Crossing): string {
  return JSON.stringify([atMs, direction === 'outbound' ? 1 : 0, packFingerprints(fingerprints)])
}

export function unpackCrossings(stored: string): Crossing[] {
  return stored
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [atMs, isOutbound, packed] = JSON.parse(line) as [number, 0 | 1, PackedFingerprints]
      const direction = isOutbound === 1 ? 'outbound' : 'inbound'
      return { atMs, direction, fingerprints: unpackFingerprints(packed) }
    })
}

export function packFrozen({ atMs, fields }: Frozen): string {
  return `${atMs} ${fields.join(',')}`
}

export function unpackFrozen(stored: string): Frozen {
  const [atMs, fields] = stored.split(' ')
  return { atMs: Number(atMs), fields: fields!.split(',') as Field[] }
}
