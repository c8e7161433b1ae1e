import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import { type RequestHandler, Router } from 'express'
import { knownMailbox } from './known-mailbox.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

/** `POST /v1/mailboxes/:mailbox/forget`: a mailbox is synchronised no more, and everything known of it is erased. */
export function mailboxForget(deps: Deps): Router {
  return Router().post('/mailboxes/:mailbox/forget', forget(deps))
}

function forget({ ledger, queues, log }: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const { id, address } = await knownMailbox(ledger, request.params.mailbox)
    await ledger.forget(id, Date.now())
    log.info({ mailboxId: id }, 'mailbox to be forgotten')
    await queues.inbound.wakeQuietly(id)
    response.status(202).json({ mailbox: address })
  }
}
