import { z } from 'zod'
import { seconds } from './variables.ts'

/** When an appointment that flips between the sides is frozen. Both workers read these. */
export const oscillationVariables = {
  OSCILLATION_CROSSINGS: z.coerce
    .number()
    .int()
    .min(0)
    .default(6)
    .describe(
      'An appointment is frozen when the same field goes to and fro so many times with values that were there before. 0: never.',
    ),
  OSCILLATION_SECONDS: seconds.default(120_000).describe('Within this time.'),
}

type OscillationEnv = { OSCILLATION_CROSSINGS: number; OSCILLATION_SECONDS: number }

export function oscillationConfig({ OSCILLATION_CROSSINGS, OSCILLATION_SECONDS }: OscillationEnv) {
  return { crossings: OSCILLATION_CROSSINGS, windowMs: OSCILLATION_SECONDS }
}
