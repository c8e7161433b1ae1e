import { isReversed, propertiesOf } from '@lockstep/domain'
import type { AppointmentState, DirectionState, Ledger, Mailbox } from '@lockstep/ledger'
import { ProblemError } from '@lockstep/runtime'
import { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { iso, knownMailbox } from './known-mailbox.ts'
import type { appointmentStateSchema, directionSchema } from './openapi/answers.ts'

/** `GET /v1/appointments/:mailbox/:appointmentId`: how far the synchronisation of an appointment is. */
export function appointmentStates({ ledger }: { ledger: Ledger }): Router {
  return Router().get('/appointments/:mailbox/:appointmentId', showState(ledger))
}

function showState(ledger: Ledger): RequestHandler<{ mailbox: string; appointmentId: string }> {
  return async (request, response) => {
    const mailbox = await knownMailbox(ledger, request.params.mailbox)
    const state = await ledger.state(mailbox.id, request.params.appointmentId)
    if (!state) throw unknownAppointment()
    response.json(shown(mailbox, state))
  }
}

export function unknownAppointment(): ProblemError {
  return new ProblemError({
    status: 404,
    detail: 'Nothing is known of this appointment in this mailbox.',
    mend: 'Compare the id and the mailbox with those of the event that you sent.',
  })
}

/** Ids, versions and times. There is no content in what is shown, whatever the ledger holds. */
function shown(mailbox: Mailbox, { state, record, outbound, inbound }: AppointmentState): Shown {
  const { wanted, link, offers, frozen } = record
  return {
    mailbox: mailbox.address,
    appointmentId: record.appointmentId,
    state,
    ...(wanted && {
      wanted: {
        kind: wanted.kind,
        version: wanted.version,
        at: iso(wanted.atMs),
        ...('reason' in wanted && wanted.reason && { reason: wanted.reason }),
      },
    }),
    writtenVersion: link.written.version,
    revision: link.told.revision,
    inExchange: link.item !== undefined,
    inApplication: link.told.holds,
    ...(link.asleep && { asleep: link.asleep }),
    ...(frozen && {
      frozen: { since: iso(frozen.atMs), properties: frozen.fields.flatMap(propertiesOf) },
    }),
    ...(outbound && { outbound: shownDirection(outbound) }),
    ...(inbound && { inbound: shownDirection(inbound) }),
    conflicts: link.conflicts.map(({ atMs, version, fields, winner, application = {}, exchange = {} }) => ({
      at: iso(atMs),
      version,
      properties: fields.flatMap(propertiesOf),
      winner,
      isReversed: isReversed(record, version),
      fingerprints: { application: { ...application }, exchange: { ...exchange } },
    })),
    revisions: offers.map(({ revision, kind, atMs }) => ({ revision, kind, at: iso(atMs) })),
  }
}

type Shown = z.input<typeof appointmentStateSchema>

function shownDirection({
  attempts,
  dueMs,
  code,
  parkedAtMs,
}: DirectionState): z.input<typeof directionSchema> {
  return {
    attempts,
    ...(dueMs !== undefined && { due: iso(dueMs) }),
    ...(code !== undefined && { code }),
    ...(parkedAtMs !== undefined && { parkedAt: iso(parkedAtMs) }),
  }
}
