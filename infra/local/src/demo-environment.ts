import { join } from 'node:path'
import type { Keys } from './keys.ts'
import type { Ports } from './settings.ts'

export type DemoOptions = { redisUrl: string; folder: string; ports: Ports; keys: Keys }

/** Every variable that the demo sets, for whichever service reads it. */
export function demoVariables({ redisUrl, folder, ports, keys }: DemoOptions) {
  const at = (port: number) => `http://127.0.0.1:${port}`
  return {
    REDIS_URL: redisUrl,
    EWS_URL: `${at(ports.SIMULATOR_PORT)}/EWS/Exchange.asmx`,
    EWS_AUTH: 'basic',
    EWS_USERNAME: 'svc-lockstep@contoso.example',
    EWS_PASSWORD: 'lockstep',
    MAILBOXES: 'alice@contoso.example,bob@contoso.example,carol@contoso.example',
    FINGERPRINT_KEY: keys.fingerprintKey,
    PRODUCER_API_KEYS: 'demo',
    INGRESS_PORT: String(ports.INGRESS_PORT),
    INGRESS_PUBLIC_URL: at(ports.INGRESS_PORT),
    NOTIFICATIONS: 'push',
    // The seeded weeks lie around today, so all of them are told.
    BACKFILL_DAYS: '14',
    OUTBOUND_WORKER_PORT: String(ports.OUTBOUND_WORKER_PORT),
    INBOUND_WORKER_PORT: String(ports.INBOUND_WORKER_PORT),
    APPLICATION_WEBHOOK_URL: `${at(ports.SAMPLE_APPLICATION_PORT)}/lockstep/changes`,
    APPLICATION_WEBHOOK_SECRET: keys.webhookSecret,
    SAMPLE_APPLICATION_PORT: String(ports.SAMPLE_APPLICATION_PORT),
    SAMPLE_APPLICATION_DATA_DIR: join(folder, 'application'),
    LOCKSTEP_URL: at(ports.INGRESS_PORT),
    LOCKSTEP_API_KEY: 'demo',
    SIMULATOR_PORT: String(ports.SIMULATOR_PORT),
    SIMULATOR_CONTROL_PORT: String(ports.SIMULATOR_CONTROL_PORT),
    SIMULATOR_CONTROL_URL: at(ports.SIMULATOR_CONTROL_PORT),
    SIMULATOR_DATA_DIR: join(folder, 'simulator'),
  }
}

export type DemoVariables = ReturnType<typeof demoVariables>

/**
 * The environment of one service: the variables it reads and no others of the demo's. What the user set
 * outranks the demo's value, also as `NAME_FILE`; variables that the demo knows nothing of pass through.
 */
export function environmentFor(
  wanted: readonly (keyof DemoVariables)[],
  all: DemoVariables,
  inherited: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...inherited }
  for (const name of Object.keys(all) as (keyof DemoVariables)[]) {
    if (!wanted.includes(name)) {
      delete env[name]
      delete env[`${name}_FILE`]
    } else if (!env[`${name}_FILE`]) {
      env[name] = inherited[name] || all[name]
    }
  }
  return env
}
