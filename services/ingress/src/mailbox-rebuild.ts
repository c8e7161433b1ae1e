import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError } from '@lockstep/runtime'
import express, { type RequestHandler, Router } from 'express'
import { parseJson } from './json-text.ts'
import { iso, knownMailbox } from './known-mailbox.ts'
import { rebuildSchema } from './openapi/rebuild-answers.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

/** `POST /v1/mailboxes/:mailbox/rebuild`: what is known of the mailbox is not to be trusted; or is, from now on. */
export function mailboxRebuild(deps: Deps): Router {
  return Router().post(
    '/mailboxes/:mailbox/rebuild',
    express.text({ type: 'application/json', limit: 1_024 }),
    rebuild(deps),
  )
}

function rebuild({ ledger, queues, log }: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const { id, address } = await knownMailbox(ledger, request.params.mailbox)
    const body = rebuildSchema.safeParse(parseJson(typeof request.body === 'string' ? request.body : '{}'))
    if (!body.success) {
      throw new ProblemError({
        status: 400,
        detail: 'The action is missing or not known.',
        mend: 'Send {"action":"begin"} or {"action":"end"} as application/json.',
      })
    }
    const { action } = body.data
    const nowMs = Date.now()
    if (action === 'begin') {
      await ledger.startRebuild(id, nowMs)
      await ledger.wakeInbound(id, nowMs)
      await queues.inbound.wakeQuietly(id)
    } else await ledger.endRebuild(id)
    log.info({ mailboxId: id, action }, 'rebuild')
    response.status(202).json({ mailbox: address, ...(action === 'begin' && { restored: iso(nowMs) }) })
  }
}
