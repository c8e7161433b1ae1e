import type { DemoVariables } from './demo-environment.ts'

export type Service = {
  name: string
  /** Its program, from the repository's root. */
  entry: string
  variables: readonly (keyof DemoVariables)[]
  /** The variable with the port that answers `/readyz`. */
  probe: keyof DemoVariables
  /** Stage 1 starts before the rest. Stopping goes from the highest stage down; Redis is last. */
  stage: number
}

const exchange = ['EWS_URL', 'EWS_AUTH', 'EWS_USERNAME', 'EWS_PASSWORD', 'MAILBOXES'] as const
const state = ['REDIS_URL', 'FINGERPRINT_KEY'] as const

/** Everything that `npm start` runs besides Redis. */
export const services: readonly Service[] = [
  {
    name: 'exchange-simulator',
    entry: 'services/exchange-simulator/src/main.ts',
    variables: ['SIMULATOR_PORT', 'SIMULATOR_CONTROL_PORT', 'SIMULATOR_DATA_DIR'],
    probe: 'SIMULATOR_CONTROL_PORT',
    stage: 1,
  },
  {
    name: 'outbound-worker',
    entry: 'services/outbound-worker/src/main.ts',
    variables: [...state, ...exchange, 'OUTBOUND_WORKER_PORT'],
    probe: 'OUTBOUND_WORKER_PORT',
    stage: 2,
  },
  {
    name: 'inbound-worker',
    entry: 'services/inbound-worker/src/main.ts',
    variables: [
      ...state,
      ...exchange,
      'INBOUND_WORKER_PORT',
      'BACKFILL_DAYS',
      'INGRESS_PUBLIC_URL',
      'NOTIFICATIONS',
      'APPLICATION_WEBHOOK_URL',
      'APPLICATION_WEBHOOK_SECRET',
    ],
    probe: 'INBOUND_WORKER_PORT',
    stage: 2,
  },
  {
    name: 'ingress',
    entry: 'services/ingress/src/main.ts',
    variables: [
      ...state,
      ...exchange,
      'INGRESS_PORT',
      'INGRESS_PUBLIC_URL',
      'NOTIFICATIONS',
      'PRODUCER_API_KEYS',
      'APPLICATION_WEBHOOK_URL',
    ],
    probe: 'INGRESS_PORT',
    stage: 3,
  },
  {
    name: 'sample-application',
    entry: 'services/sample-application/src/main.ts',
    variables: [
      'SAMPLE_APPLICATION_PORT',
      'SAMPLE_APPLICATION_DATA_DIR',
      'LOCKSTEP_URL',
      'LOCKSTEP_API_KEY',
      'APPLICATION_WEBHOOK_SECRET',
      'SIMULATOR_CONTROL_URL',
      'MAILBOXES',
    ],
    probe: 'SAMPLE_APPLICATION_PORT',
    stage: 4,
  },
]
