import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import { type RequestHandler, Router } from 'express'
import { knownMailbox } from './known-mailbox.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

/** `POST /v1/mailboxes/:mailbox/forget`: a mailbox is synchronised no more, and everything known of it is erased. One that is only asked for is so no more. */
export function mailboxForget(deps: Deps): Router {
  return Router().post('/mailboxes/:mailbox/forget', forget(deps))
}

function forget({ ledger, queues, log }: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const isDropped = await ledger.dropEnabling(request.params.mailbox)
    const found = await ledger.find(request.params.mailbox)
    if (!found && isDropped) {
      response.status(202).json({ mailbox: request.params.mailbox.toLowerCase() })
      return
    }
    const { id, address } = found ?? (await knownMailbox(ledger, request.params.mailbox))
    await ledger.forget(id, Date.now())
    log.info({ mailboxId: id }, 'mailbox to be forgotten')
    await queues.inbound.wakeQuietly(id)
    response.status(202).json({ mailbox: address })
  }
}
