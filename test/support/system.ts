import { startSimulator, type Simulator, type SimulatorOptions } from '@lockstep/exchange-simulator'
import { loadConfig as loadInboundConfig, startInboundWorker } from '@lockstep/inbound-worker'
import { loadConfig as loadIngressConfig, startIngress } from '@lockstep/ingress'
import { loadConfig as loadOutboundConfig, startOutboundWorker } from '@lockstep/outbound-worker'
import { createLogger } from '@lockstep/runtime'
import { eventually, testRedis } from '@lockstep/runtime/testing'
import { expect, onTestFinished } from 'vitest'
import { startApplication, type TestApplication } from './application.ts'

export const alice = 'alice@contoso.example'
export const bob = 'bob@contoso.example'

export type SystemOptions = {
  env?: Record<string, string>
  simulator?: SimulatorOptions
  redisUrl?: string
}

export type System = {
  ingressUrl: string
  simulator: Simulator
  application: TestApplication
  /** Sends events to the ingress as an application would, and returns its answer. */
  send: (...events: object[]) => Promise<{ status: number; body: EventAnswer }>
  state: (mailbox: string, appointmentId: string) => Promise<AppointmentState>
  /** Resolves once Exchange was made to hold this version. */
  settled: (mailbox: string, appointmentId: string, version: number, timeoutMs?: number) => Promise<void>
  /** Resolves once the echo of our own write was looked at, so that nothing more is to come of it. */
  quiet: (mailbox: string, appointmentId: string) => Promise<void>
  /** Resolves once the mailbox was followed to a state after this call. */
  synced: (mailbox: string) => Promise<void>
}

type AppointmentState = { state?: string; writtenVersion?: number; [name: string]: unknown }
type TrailStep = { appointmentId: string; step: string }

type EventAnswer = { results?: { status: string; reason?: string }[]; [name: string]: unknown }

/** The real constellation in one process: ingress, both workers, the simulator and an application, on a Redis of its own. */
export async function startSystem({
  env = {},
  simulator: options,
  redisUrl,
}: SystemOptions = {}): Promise<System> {
  const { prefix, url } = testRedis()
  const simulator = await startSimulator({ seed: false, ...options })
  const application = await startApplication()
  const log = createLogger('test', 'silent')
  const common = {
    REDIS_URL: redisUrl ?? url,
    KEY_PREFIX: prefix,
    EWS_URL: simulator.url,
    EWS_AUTH: 'basic',
    EWS_USERNAME: 'svc-lockstep@contoso.example',
    EWS_PASSWORD: 'lockstep',
    MAILBOXES: [alice, bob, 'carol@contoso.example'].join(','),
    FINGERPRINT_KEY: 'test-key',
    PRODUCER_API_KEYS: 'test',
    INGRESS_PORT: '0',
    OUTBOUND_WORKER_PORT: '0',
    INBOUND_WORKER_PORT: '0',
    APPLICATION_WEBHOOK_URL: application.url,
    APPLICATION_WEBHOOK_SECRET: application.secret,
    POLL_SECONDS: '2',
    ...env,
  }
  const ingress = await startIngress(loadIngressConfig(common), { log })
  const withIngress = { ...common, INGRESS_PUBLIC_URL: ingress.url }
  const outbound = await startOutboundWorker(loadOutboundConfig(withIngress), log)
  const inbound = await startInboundWorker(loadInboundConfig(withIngress), log)
  onTestFinished(async () => {
    await Promise.all([inbound.close(2_000), outbound.close(2_000)])
    await ingress.close()
    await application.close()
    await simulator.close()
  })

  const authorization = 'Bearer test'
  const read = async <Answer>(path: string) =>
    (await (await fetch(`${ingress.url}/v1/${path}`, { headers: { authorization } })).json()) as Answer
  const state = (mailbox: string, id: string) =>
    read<AppointmentState>(`appointments/${mailbox}/${encodeURIComponent(id)}`)
  return {
    ingressUrl: ingress.url,
    simulator,
    application,
    async send(...events) {
      const response = await fetch(`${ingress.url}/v1/events`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events),
      })
      return { status: response.status, body: (await response.json()) as EventAnswer }
    },
    state,
    async settled(mailbox, appointmentId, version, timeoutMs) {
      await eventually(
        async () =>
          expect(await state(mailbox, appointmentId)).toMatchObject({
            state: 'settled',
            writtenVersion: version,
          }),
        timeoutMs,
      )
    },
    async quiet(mailbox, appointmentId) {
      await eventually(async () => {
        const { entries } = await read<{ entries: TrailStep[] }>(`trail?mailbox=${mailbox}`)
        const steps = entries.filter((entry) => entry.appointmentId === appointmentId).map(({ step }) => step)
        expect(steps).toContain('echo')
      })
    },
    async synced(mailbox) {
      const afterMs = Date.now()
      await eventually(async () => {
        const { currentAt } = await read<{ currentAt?: string }>(`mailboxes/${mailbox}`)
        expect(Date.parse(currentAt ?? '')).toBeGreaterThan(afterMs)
      })
    },
  }
}
