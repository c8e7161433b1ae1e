/** How many of a mailbox's appointments may be deleted within a time before somebody has to look. */
export type BrakeRules = {
  /** 0: there is no brake. */
  readonly deletions: number
  readonly percent: number
  readonly windowMs: number
}

/** `deletions`: too many. `percent`: too large a part of the mailbox. */
export type BrakeReason = 'deletions' | 'percent'

export type Deletions = {
  /** Appointments that are deleted within the window, those that are about to be included. */
  readonly deleted: number
  /** Appointments that the mailbox held when the window began. */
  readonly held: number
}

/** Up to so many are never too large a part: a small mailbox may be emptied by hand. */
export const deletionsNeverBraked = 10

/** Whether so many deletions have to wait until somebody has looked at them, and why. */
export function brakeReason({ deleted, held }: Deletions, rules: BrakeRules): BrakeReason | undefined {
  if (rules.deletions === 0) return undefined
  if (deleted > rules.deletions) return 'deletions'
  if (deleted <= deletionsNeverBraked) return undefined
  return deleted * 100 > held * rules.percent ? 'percent' : undefined
}
