import { asksOf, type Decision } from '@lockstep/domain'
import { type Ledger, type Mailbox, UNCONFIRMED } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError } from '@lockstep/runtime'
import express, { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { parseJson } from './json-text.ts'
import { iso, knownMailbox } from './known-mailbox.ts'
import { decisionSchema, type unconfirmedSchema } from './openapi/rebuild-answers.ts'
import { unconfirmedQuery } from './openapi/rebuild-paths.ts'
import { pageOf, queryOf } from './query.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

/**
 * `/v1/unconfirmed`: what had an item before the ledger was lost and has none waits for somebody to decide; so does what
 * is to be cancelled, and whose item may be a user's copy.
 */
export function unconfirmed(deps: Deps): Router {
  const body = express.text({ type: 'application/json', limit: 1_024 })
  return Router()
    .get('/unconfirmed', list(deps))
    .post('/unconfirmed/:mailbox/:appointmentId', body, decide(deps))
}

type Answer = z.input<typeof unconfirmedSchema>
type Listed = Answer['unconfirmed']

function list({ ledger }: Deps): RequestHandler {
  return async (request, response) => {
    const { mailbox, after, limit } = queryOf(unconfirmedQuery, request)
    const mailboxes = mailbox === undefined ? await ledger.all() : [await knownMailbox(ledger, mailbox)]
    const listed: Listed = []
    // One more than is given out tells that there are more.
    const most = after + limit + 1
    for (const each of mailboxes) {
      if (listed.length < most) listed.push(...(await listedOf(ledger, each, most - listed.length)))
    }
    const { page, next } = pageOf(listed, request)
    response.json({ unconfirmed: page, ...(next !== undefined && { next }) } satisfies Answer)
  }
}

async function listedOf(ledger: Ledger, { id, address }: Mailbox, limit: number): Promise<Listed> {
  return (await ledger.unconfirmed(id, limit)).map(({ madeAtMs, sinceMs, ...unconfirmed }) => ({
    mailbox: address,
    ...unconfirmed,
    madeAt: iso(madeAtMs),
    since: iso(sinceMs),
  }))
}

/** What is to be made cannot be cancelled, and what is to be cancelled not be made. */
async function refuseOther(ledger: Ledger, mailboxId: string, appointmentId: string, decision: Decision) {
  const state = decision !== 'drop' && (await ledger.state(mailboxId, appointmentId))
  if (!state || !state.record.wanted || state.outbound?.code !== UNCONFIRMED) return
  const asks = asksOf(state.record.wanted)
  if (decision === asks) return
  throw new ProblemError({
    status: 409,
    detail: `The application does not ask to ${decision} the appointment.`,
    mend: `Send {"decision":"${asks}"} or {"decision":"drop"}; GET /v1/unconfirmed shows what it asks.`,
  })
}

function decide({ ledger, queues, log }: Deps): RequestHandler<{ mailbox: string; appointmentId: string }> {
  return async (request, response) => {
    const { id } = await knownMailbox(ledger, request.params.mailbox)
    const { appointmentId } = request.params
    const body = decisionSchema.safeParse(parseJson(typeof request.body === 'string' ? request.body : '{}'))
    if (!body.success) {
      throw new ProblemError({
        status: 400,
        detail: 'The decision is missing or not known.',
        mend: 'Send {"decision":"create"}, {"decision":"cancel"} or {"decision":"drop"} as application/json.',
      })
    }
    const { decision } = body.data
    await refuseOther(ledger, id, appointmentId, decision)
    const decided = await ledger.decide(id, appointmentId, decision, Date.now())
    if (decided) {
      log.info({ mailboxId: id, appointmentId, decision }, 'unconfirmed appointment decided')
      await queues.outbound.wakeQuietly(id)
    }
    response.json({ decision, decided })
  }
}
