import { z } from 'zod'

export const connectionsSchema = z
  .object({
    connections: z
      .array(
        z.object({
          name: z.string(),
          refused: z
            .object({ reason: z.string().describe('What is wrong, and the mend.') })
            .optional()
            .describe('The newest settings are of no use to this process. Those before go on.'),
        }),
      )
      .describe('The one that the key belongs to.'),
  })
  .meta({ id: 'Connections' })
