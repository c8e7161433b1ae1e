import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { iso, knownMailbox } from './known-mailbox.ts'
import type { listingSchema } from './openapi/mailbox-answers.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

/** `POST /v1/mailboxes/:mailbox/repair`: the whole calendar is compared with what is known of it. */
export function mailboxRepair(deps: Deps): Router {
  return Router().post('/mailboxes/:mailbox/repair', repair(deps))
}

/** How far the newest pass over the whole calendar is. */
export async function listingOf(
  ledger: Ledger,
  mailboxId: string,
): Promise<z.input<typeof listingSchema> | undefined> {
  const progress = await ledger.listingProgress(mailboxId)
  if (!progress) return undefined
  const { cause, startedAtMs, finishedAtMs, items, differing, waiting } = progress
  return {
    cause,
    startedAt: iso(startedAtMs),
    ...(finishedAtMs !== undefined && { finishedAt: iso(finishedAtMs) }),
    items,
    found: differing,
    mended: differing - waiting,
    remaining: waiting,
  }
}

function repair({ ledger, queues, log }: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const { id, address } = await knownMailbox(ledger, request.params.mailbox)
    const { listing } = await ledger.mailboxState(id)
    const isUnderWay = listing !== undefined && listing.finishedAtMs === undefined
    if (!isUnderWay) {
      await ledger.startListing(id, 'requested', Date.now())
      log.info({ mailboxId: id }, 'repair requested')
    }
    await ledger.wakeInbound(id, Date.now())
    await queues.inbound.wakeQuietly(id)
    response.status(202).json({ mailbox: address, listing: await listingOf(ledger, id) })
  }
}
