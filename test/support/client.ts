import { eventually } from '@lockstep/runtime/testing'
import { expect } from 'vitest'

export type Direction = { attempts: number; due?: string; code?: string; parkedAt?: string }

export type Conflict = {
  version: number
  properties: string[]
  winner: 'exchange' | 'application'
  isReversed: boolean
}

type ShownValue = { fingerprint?: string; values?: Record<string, unknown> }

export type ShownConflict = {
  version: number
  fields: {
    properties: string[]
    winner: string
    isCurrent: boolean
    application: ShownValue
    exchange: ShownValue
  }[]
  reversals: { by: string }[]
  keptUntil?: string
}

export type AppointmentState = {
  state?: 'settled' | 'pending' | 'parked'
  writtenVersion?: number
  outbound?: Direction
  inbound?: Direction
  conflicts?: Conflict[]
  [name: string]: unknown
}

export type TrailStep = {
  appointmentId: string
  direction: 'outbound' | 'inbound'
  step: string
  at: string
  version?: number
  reason?: string
}

export type EventAnswer = { results?: { status: string; reason?: string }[]; [name: string]: unknown }

export type SystemClient = {
  /** Sends events to the ingress as an application would, and returns its answer. */
  send(...events: object[]): Promise<{ status: number; retryAfter: string | null; body: EventAnswer }>
  state(mailbox: string, appointmentId: string): Promise<AppointmentState>
  mailbox(mailbox: string): Promise<Record<string, unknown>>
  /** What Prometheus reads of the ingress. */
  metrics(): Promise<string>
  /** `POST /v1/mailboxes/:mailbox/…`. */
  act(mailbox: string, action: string, body?: object): Promise<Record<string, unknown>>
  /** `PATCH /v1/settings`, or of a mailbox. */
  set(settings: object, mailbox?: string): Promise<Record<string, unknown>>
  /** `GET /v1/appointments/:mailbox/:appointmentId/conflicts`. */
  conflicts(mailbox: string, appointmentId: string): Promise<{ conflicts: ShownConflict[] }>
  /** `POST …/conflicts/:version/reverse`. */
  reverse(
    mailbox: string,
    appointmentId: string,
    version: number,
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }>
  /** `POST /v1/appointments/:mailbox/:appointmentId/replay`. */
  replay(mailbox: string, appointmentId: string): Promise<Record<string, unknown>>
  /** The steps on the way of an appointment, the oldest first. */
  trail(mailbox: string, appointmentId: string): Promise<TrailStep[]>
  /** Resolves once Exchange was made to hold this version. */
  settled(mailbox: string, appointmentId: string, version: number, timeoutMs?: number): Promise<void>
  /** Resolves once the echo of our own write was looked at, so that nothing more is to come of it. */
  quiet(mailbox: string, appointmentId: string): Promise<void>
  /** Resolves once the mailbox was followed to a state after this call. */
  synced(mailbox: string, timeoutMs?: number): Promise<void>
}

/** What an application, or a person who looks on, can do at the ingress. */
export function systemClient(ingressUrl: string, key = 'test'): SystemClient {
  const authorization = `Bearer ${key}`
  const read = async <Answer>(path: string) =>
    (await (await fetch(`${ingressUrl}/v1/${path}`, { headers: { authorization } })).json()) as Answer
  const state: SystemClient['state'] = (mailbox, id) =>
    read(`appointments/${mailbox}/${encodeURIComponent(id)}`)
  const trail: SystemClient['trail'] = async (mailbox, appointmentId) => {
    const { entries } = await read<{ entries: TrailStep[] }>(`trail?mailbox=${mailbox}&limit=500`)
    return entries.filter((entry) => entry.appointmentId === appointmentId)
  }
  return {
    state,
    replay: async (mailbox, id) =>
      (await (
        await fetch(`${ingressUrl}/v1/appointments/${mailbox}/${encodeURIComponent(id)}/replay`, {
          method: 'POST',
          headers: { authorization },
        })
      ).json()) as Record<string, unknown>,
    metrics: async () => (await fetch(`${ingressUrl}/metrics`)).text(),
    mailbox: (mailbox) => read(`mailboxes/${mailbox}`),
    async act(mailbox, action, body) {
      const response = await fetch(`${ingressUrl}/v1/mailboxes/${mailbox}/${action}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
      return (await response.json()) as Record<string, unknown>
    },
    async set(settings, mailbox) {
      const path = mailbox === undefined ? 'settings' : `mailboxes/${mailbox}/settings`
      const response = await fetch(`${ingressUrl}/v1/${path}`, {
        method: 'PATCH',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(settings),
      })
      return (await response.json()) as Record<string, unknown>
    },
    conflicts: (mailbox, id) => read(`appointments/${mailbox}/${encodeURIComponent(id)}/conflicts`),
    async reverse(mailbox, id, version, body = {}) {
      const path = `appointments/${mailbox}/${encodeURIComponent(id)}/conflicts/${version}/reverse`
      const response = await fetch(`${ingressUrl}/v1/${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
    trail,
    async send(...events) {
      const response = await fetch(`${ingressUrl}/v1/events`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events),
      })
      const body = (await response.json()) as EventAnswer
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body }
    },
    settled: (mailbox, appointmentId, version, timeoutMs) =>
      eventually(async () => {
        const wanted = { state: 'settled', writtenVersion: version }
        expect(await state(mailbox, appointmentId)).toMatchObject(wanted)
      }, timeoutMs),
    quiet: (mailbox, appointmentId) =>
      eventually(async () => {
        expect((await trail(mailbox, appointmentId)).map(({ step }) => step)).toContain('echo')
      }),
    async synced(mailbox, timeoutMs) {
      const afterMs = Date.now()
      await eventually(async () => {
        const { currentAt } = await read<{ currentAt?: string }>(`mailboxes/${mailbox}`)
        expect(Date.parse(currentAt ?? '')).toBeGreaterThan(afterMs)
      }, timeoutMs)
    },
  }
}
