import type { Conflict, Reversal } from '@lockstep/domain'
import { type PackedFingerprints, packFingerprints, unpackFingerprints } from './fingerprints.ts'

export type PackedConflict = Omit<Conflict, 'application' | 'exchange'> & {
  readonly application?: PackedFingerprints
  readonly exchange?: PackedFingerprints
}

export function packConflict({ application, exchange, ...conflict }: Conflict): PackedConflict {
  return {
    ...conflict,
    ...(application && { application: packFingerprints(application) }),
    ...(exchange && { exchange: packFingerprints(exchange) }),
  }
}

export function unpackConflict({ application, exchange, ...conflict }: PackedConflict): Conflict {
  return {
    ...conflict,
    ...(application !== undefined && { application: unpackFingerprints(application) }),
    ...(exchange !== undefined && { exchange: unpackFingerprints(exchange) }),
  }
}

type PackedReversal = [version: number, atMs: number, by: string, isBack: 0 | 1, left: PackedFingerprints]

/** On one line, so that a script can append it. */
export function packReversal({ version, atMs, by, isBack, left }: Reversal): string {
  return JSON.stringify([version, atMs, by, isBack ? 1 : 0, packFingerprints(left)])
}

export function unpackReversals(stored: string): Reversal[] {
  return stored.split('\n').map((line) => {
    const [version, atMs, by, isBack, left] = JSON.parse(line) as PackedReversal
    return { version, atMs, by, isBack: isBack === 1, left: unpackFingerprints(left) }
  })
}
