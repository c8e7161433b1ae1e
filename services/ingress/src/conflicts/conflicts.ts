import { type AppointmentState, createConflictSeal } from '@lockstep/ledger'
import { createDigest, ProblemError } from '@lockstep/runtime'
import express, { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { callerOf } from '../api-keys.ts'
import { unknownAppointment } from '../appointment-states.ts'
import { parseJson } from '../json-text.ts'
import { knownMailbox } from '../known-mailbox.ts'
import { type conflictsSchema, reversalSchema } from '../openapi/conflict-answers.ts'
import type { ConflictDeps, Given } from './conflict-deps.ts'
import { knownConflict, shownConflict } from './contested.ts'
import { type Live, lookAt } from './look.ts'
import { reverse } from './reverse.ts'

/** `GET /v1/appointments/:mailbox/:appointmentId/conflicts`, and `POST …/:version/reverse`. */
export function conflicts(given: Given): Router {
  const { gateway, fingerprintKey } = given
  const path = '/appointments/:mailbox/:appointmentId/conflicts'
  if (!gateway || fingerprintKey === undefined) return Router().use(path, notConfigured)

  const deps = {
    ...given,
    gateway,
    digest: createDigest(fingerprintKey),
    seal: createConflictSeal(fingerprintKey),
  }
  return Router()
    .get(path, show(deps))
    .post(
      `${path}/:version/reverse`,
      express.text({ type: 'application/json', limit: 1_024 }),
      reverseOne(deps),
    )
}

type Where = { mailbox: string; appointmentId: string }

function show(deps: ConflictDeps): RequestHandler<Where> {
  return async ({ params }, response) => {
    const { mailbox, state } = await find(deps, params)
    const { record } = state
    const versions = new Set(record.link.conflicts.map(({ version }) => version))
    const live: Live = versions.size > 0 ? await lookAt(deps, mailbox, record) : { kind: 'gone' }
    if (live.kind !== 'item') await deps.ledger.dropConflictValues(mailbox.id, record.appointmentId)
    const known = await Promise.all(
      [...versions].map((version) => knownConflict(deps, mailbox, record, version)),
    )
    response.set('Cache-Control', 'no-store').json({
      mailbox: mailbox.address,
      appointmentId: record.appointmentId,
      conflicts: known.map((each) => shownConflict(record, each, live)),
    } satisfies z.input<typeof conflictsSchema>)
  }
}

function reverseOne(deps: ConflictDeps): RequestHandler<Where & { version: string }> {
  return async ({ params, body }, response) => {
    const asked = reversalSchema.parse(parseJson(typeof body === 'string' && body !== '' ? body : '{}'))
    const key = callerOf(response)
    const by = asked.by === undefined ? key : `${asked.by} (${key})`
    const { mailbox, state } = await find(deps, params)
    await reverse(deps, { mailbox, state, version: Number(params.version), by, expected: asked.reversals })

    const { record } = (await deps.ledger.state(mailbox.id, state.record.appointmentId)) ?? state
    const known = await knownConflict(deps, mailbox, record, Number(params.version))
    const live = await lookAt(deps, mailbox, record)
    response.set('Cache-Control', 'no-store').json(shownConflict(record, known, live))
  }
}

async function find({ ledger }: ConflictDeps, { mailbox: address, appointmentId }: Where) {
  const mailbox = await knownMailbox(ledger, address)
  const state: AppointmentState | undefined = await ledger.state(mailbox.id, appointmentId)
  if (!state) throw unknownAppointment()
  return { mailbox, state }
}

const notConfigured: RequestHandler = () => {
  throw new ProblemError({
    status: 501,
    detail: 'This ingress cannot read the values of conflicts.',
    mend: 'Set FINGERPRINT_KEY, EWS_URL, EWS_USERNAME and EWS_PASSWORD for the ingress, as for the workers.',
  })
}
