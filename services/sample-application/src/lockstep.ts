// The whole connection of this application to Lockstep. To connect yours, this is the file to copy.
//
//   out: each version of an appointment lies in the outbox until Lockstep has taken it  (startSending)
//   in:  each change made in Exchange arrives as a signed webhook                        (changesRouter)
import { setTimeout as wait } from 'node:timers/promises'
import { changeSchema, LockstepUnavailableError, type Producer } from '@lockstep/producer'
import { type Logger, ProblemError } from '@lockstep/runtime'
import express, { Router } from 'express'
import { Webhook } from 'standardwebhooks'
import type { z } from 'zod'
import { known } from './appointment.ts'
import type { Held } from './appointments.ts'
import type { Calendar } from './calendar.ts'
import type { Unsent } from './outbox.ts'

// ---------------------------------------------------------------------------------------------- sending

type Sending = {
  calendar: Calendar
  producer: Pick<Producer, 'send'>
  log: Logger
  backOff?: { firstMs: number; maxMs: number }
}

const BATCH = 100

/**
 * Sends what lies in the outbox, oldest first, and again until Lockstep has taken it. A version leaves the outbox only
 * after the answer, so nothing is lost when Lockstep or this process is down; a version that is sent twice is `stale`.
 */
export function startSending({
  calendar,
  producer,
  log,
  backOff = { firstMs: 500, maxMs: 30_000 },
}: Sending) {
  const stopping = new AbortController()
  let wakeUp = Promise.withResolvers<void>()
  const stopListening = calendar.onChange(() => wakeUp.resolve())

  async function sendAll(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      wakeUp = Promise.withResolvers<void>()
      const unsent = calendar.outbox.first(BATCH)
      if (unsent.length === 0) {
        await wakeUp.promise
        continue
      }
      try {
        await send(unsent, { calendar, producer, log })
        failures = 0
      } catch (error) {
        const isAway = error instanceof LockstepUnavailableError
        const delayMs = Math.min(backOff.firstMs * 2 ** failures++, backOff.maxMs)
        log[isAway ? 'warn' : 'error'](
          { err: error, waiting: unsent.length, delayMs },
          'events not taken yet',
        )
        const hintMs = isAway ? error.retryAfterMs : 0
        await wait(Math.max(delayMs, Math.min(hintMs, backOff.maxMs)), undefined, stopping).catch(() => {})
      }
    }
  }

  const sending = sendAll()
  return {
    async stop(): Promise<void> {
      stopListening()
      stopping.abort()
      wakeUp.resolve()
      await sending
    },
  }
}

async function send(unsent: Unsent[], { calendar, producer, log }: Sending): Promise<void> {
  const results = await producer.send(unsent.map(({ event }) => event))
  const answers = unsent.map((sent, index) => {
    const { status, reason, problems } = results[index]!
    const { appointmentId, version } = sent.event
    // `refused` is an answer too: Lockstep keeps private appointments where they are. `invalid` is a defect of ours.
    if (status === 'invalid') log.error({ appointmentId, version, problems }, 'event is invalid and dropped')
    else log.info({ appointmentId, version, status, reason }, 'event sent')
    return { unsent: sent, taken: status !== 'invalid' }
  })
  calendar.outbox.settle(answers)
}

// -------------------------------------------------------------------------------------------- receiving

type Change = z.output<typeof changeSchema>

/** `POST /lockstep/changes`: something changed in Exchange. Any 2xx means that it need not be told again. */
export function changesRouter(deps: { calendar: Calendar; secrets: readonly string[]; log: Logger }): Router {
  const { calendar, secrets, log } = deps
  const rawBody = express.raw({ type: () => true, limit: '5mb' })

  return Router().post('/lockstep/changes', rawBody, (request, response) => {
    const change = changeSchema.parse(verified(request, secrets))
    const { appointmentId, revision } = change.data
    const deliveryId = request.get('webhook-id')!

    const decision = calendar.receive({ deliveryId, appointmentId }, (held, newestVersion) =>
      decide(change, held, newestVersion),
    )
    log.info(
      { appointmentId, revision, type: change.type, outcome: decision?.outcome ?? 'repeated' },
      'change received',
    )

    if (decision?.outcome === 'ahead') response.status(409).json({ version: decision.version })
    else response.status(204).end()
  })
}

/** The body, if it was signed with one of the secrets (https://www.standardwebhooks.com) within the last 5 minutes. */
function verified(request: express.Request, secrets: readonly string[]): unknown {
  const body = Buffer.isBuffer(request.body) ? request.body.toString() : ''
  const headers = {
    'webhook-id': request.get('webhook-id') ?? '',
    'webhook-timestamp': request.get('webhook-timestamp') ?? '',
    'webhook-signature': request.get('webhook-signature') ?? '',
  }
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, headers)
    } catch {
      // The next one may be the one that it was signed with.
    }
  }
  throw new ProblemError({
    status: 401,
    detail: 'The signature does not fit the body, or it is older than 5 minutes.',
    mend: 'Sign with the secret that APPLICATION_WEBHOOK_SECRET holds, and compare the clocks.',
  })
}

type Decision =
  /** Told before, or nothing to take away: acknowledged, nothing done. */
  | { outcome: 'known'; done: true }
  /** We made a version that this change does not know. Lockstep merges the two and tells us again. */
  | { outcome: 'ahead'; done: false; version: number }
  | { outcome: 'applied'; done: true; keep: Held }

/** What to do with a change, from what we hold of the appointment and the newest version that Lockstep will get. */
export function decide({ type, data }: Change, held: Held | undefined, newestVersion: number): Decision {
  if (held && data.revision <= held.revision) return { outcome: 'known', done: true }

  // What became private has to go at once, whatever we were about to say about it.
  const isWithdrawn = type === 'appointment.withdrawn'
  if (newestVersion > data.applicationVersion && !isWithdrawn) {
    return { outcome: 'ahead', done: false, version: newestVersion }
  }

  const { revision } = data
  if (isWithdrawn || type === 'appointment.cancelled') {
    if (!held) return { outcome: 'known', done: true }
    return { outcome: 'applied', done: true, keep: { ...held, revision, cancelled: true } }
  }
  // What we have hidden is gone at Exchange, and only its sensitivity is told: if we do not hold it, that is nothing.
  const isWhole = data.appointment === undefined || 'subject' in data.appointment
  if (!isWhole && (!held || held.cancelled)) return { outcome: 'known', done: true }
  return { outcome: 'applied', done: true, keep: { ...merged(data, held), revision, cancelled: false } }
}

/** Only what was changed, on top of what we hold; all of it if we hold nothing. */
function merged(
  { mailbox, appointmentId, applicationVersion, changed, appointment }: Change['data'],
  held?: Held,
): Held {
  if (!appointment) {
    throw new ProblemError({
      status: 422,
      detail: 'The change has no appointment.',
      mend: 'Send data.appointment with created and updated.',
    })
  }
  const version = Math.max(held?.version ?? 0, applicationVersion)
  const told = known(appointment)
  if (!held || held.cancelled)
    return { mailbox, appointmentId, version, revision: 0, cancelled: false, appointment: told }

  const changes = Object.entries(told).filter(([name]) => changed.includes(name))
  return { ...held, version, appointment: { ...held.appointment, ...Object.fromEntries(changes) } }
}
