import { z } from 'zod'
import { seconds } from './variables.ts'

/** The brake on mass deletions. Every worker reads these. */
export const brakeVariables = {
  BRAKE_DELETES: z.coerce
    .number()
    .int()
    .min(0)
    .default(20)
    .describe(
      'More appointments of a mailbox than this deleted within the window stop that direction of the mailbox until it is released. 0: never.',
    ),
  BRAKE_PERCENT: z.coerce
    .number()
    .min(1)
    .max(100)
    .default(30)
    .describe('So does a larger part of the mailbox than this, from the eleventh deletion on.'),
  BRAKE_WINDOW_SECONDS: seconds
    .default(600_000)
    .describe('The window in which deletions are counted, and for which a release lets them through.'),
}

type BrakeEnv = { BRAKE_DELETES: number; BRAKE_PERCENT: number; BRAKE_WINDOW_SECONDS: number }

export function brakeConfig({ BRAKE_DELETES, BRAKE_PERCENT, BRAKE_WINDOW_SECONDS }: BrakeEnv) {
  return { deletions: BRAKE_DELETES, percent: BRAKE_PERCENT, windowMs: BRAKE_WINDOW_SECONDS }
}
