import { readNotificationAddress } from '@lockstep/connections'
import { notificationResult, parseNotification } from '@lockstep/exchange'
import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError } from '@lockstep/runtime'
import express, { type RequestHandler, Router } from 'express'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }

const BODY_LIMIT = 256 * 1024

/**
 * `POST /exchange/notifications/:token`: Exchange tells that something changed in a mailbox, never what. The token in
 * the address is the only proof of who calls, so nothing is read before it is known.
 */
export function notifications(connectionOf: (name: string) => Deps | undefined): Router {
  return Router().post(
    '/exchange/notifications/:token',
    express.text({ type: ['text/xml', 'application/xml', 'application/soap+xml'], limit: BODY_LIMIT }),
    take(connectionOf),
  )
}

function take(connectionOf: (name: string) => Deps | undefined): RequestHandler<{ token: string }> {
  return async (request, response) => {
    const { connection, token } = readNotificationAddress(request.params.token)
    const deps = connectionOf(connection)
    if (!deps) throw unknownToken()
    const { ledger, queues, log } = deps
    const nowMs = Date.now()
    const mailboxId = await ledger.heard(token, nowMs)
    if (mailboxId === undefined) {
      if (!(await ledger.hearProbe(token, nowMs))) throw unknownToken()
      // Somebody tried whether Exchange reaches us, and now knows.
      return void response.type('text/xml; charset=utf-8').send(notificationResult('Unsubscribe'))
    }
    const notification = parseNotification(typeof request.body === 'string' ? request.body : '')
    if (!notification) throw notANotification()

    // Exchange repeats what it got no answer to, so it gets one only when the mailbox is due in the ledger.
    const changed = notification.events.some(({ kind }) => kind !== 'status')
    if (changed) {
      await Promise.all([ledger.noteNotified(mailboxId, nowMs), ledger.wakeInbound(mailboxId, nowMs)])
      await queues.inbound.wakeQuietly(mailboxId)
    }
    log[changed ? 'info' : 'debug']({ mailboxId, events: notification.events.length }, 'notification')
    response.type('text/xml; charset=utf-8').send(notificationResult('OK'))
  }
}

/** Exchange gives up a subscription whose notifications nobody takes; whoever guesses learns nothing. */
function unknownToken(): ProblemError {
  const mend = 'Subscribe again: a subscription that was replaced or forgotten has no address any more.'
  return new ProblemError({ status: 404, detail: 'Nobody has such a token.', mend })
}

function notANotification(): ProblemError {
  const mend = 'Send a SOAP 1.1 envelope as text/xml.'
  return new ProblemError({ status: 400, detail: 'The body is not a SendNotification.', mend })
}
