import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type RequestHandler, Router } from 'express'
import { knownMailbox } from './known-mailbox.ts'

type Deps = { ledger: Ledger; queues: Queues }

/** `POST /v1/appointments/:mailbox/:appointmentId/replay`: what is parked of an appointment is tried again. */
export function appointmentReplay(deps: Deps): Router {
  return Router().post('/appointments/:mailbox/:appointmentId/replay', replay(deps))
}

function replay({ ledger, queues }: Deps): RequestHandler<{ mailbox: string; appointmentId: string }> {
  return async (request, response) => {
    const { id } = await knownMailbox(ledger, request.params.mailbox)
    const replayed = await ledger.replay(id, request.params.appointmentId, Date.now())
    if (replayed) await Promise.all([queues.outbound.wakeQuietly(id), queues.deliveries.wakeQuietly(id)])
    response.json({ replayed })
  }
}
