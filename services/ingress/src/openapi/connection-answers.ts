import { z } from 'zod'
import { json, type Operation, usualProblems, withKey } from './operation.ts'

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

export const connectionPaths = {
  '/v1/connections': {
    get: {
      operationId: 'readConnections',
      summary: 'See whether the newest settings of the connection are in use',
      description:
        'As this ingress sees it. Each process tries new settings by itself; its log and metrics tell.',
      ...withKey,
      responses: { 200: json('The connection of the key.', 'Connections'), ...usualProblems },
    },
  },
} satisfies Record<string, { get: Operation }>
