import { json, type Operation, usualProblems, withKey } from './operation.ts'

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
