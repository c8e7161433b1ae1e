import type { ConflictValues } from '@lockstep/domain'
import { createSeal } from './seal.ts'

/** Whose values they are. They are opened for nobody else. */
export type ConflictOf = {
  readonly mailboxId: string
  readonly appointmentId: string
  readonly version: number
}

export type ConflictSeal = {
  seal(values: ConflictValues, of: ConflictOf): string
  /** `undefined` if they were sealed with another secret, or are not of this conflict. */
  open(sealed: string, of: ConflictOf): ConflictValues | undefined
}

/** Seals the values of conflicts with a secret of the deployment, which is not in Redis. */
export function createConflictSeal(secret: string): ConflictSeal {
  const { seal, open } = createSeal(secret, 'conflict values')
  return {
    seal: (values, of) => seal(JSON.stringify(values), contextOf(of)),
    open: (sealed, of) => {
      const text = open(sealed, contextOf(of))
      return text === undefined ? undefined : (JSON.parse(text) as ConflictValues)
    },
  }
}

function contextOf({ mailboxId, appointmentId, version }: ConflictOf): string {
  return JSON.stringify([mailboxId, appointmentId, version])
}
