import { notificationResult, parseNotification } from '@lockstep/exchange'
import type { Ledger } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError } from '@lockstep/runtime'
import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import { comeAgain } from '../unavailable.ts'
import type { AllowList } from './allow-list.ts'
import { createPacer } from './pacer.ts'
import type { Outcome, Outcomes } from './outcomes.ts'
import { readText } from './read-text.ts'

type Deps = {
  ledger: Ledger
  queues: Queues
  log: Logger
} & Gate

/** Who may notify a connection, and what is noted of those who may not. */
type Gate = {
  /** Missing: everybody may. */
  allowList: AllowList | undefined
  /** What the lists of all connections say. */
  anyList: AllowList
  sourceOf: (request: Request) => string | undefined
  outcomes: Outcomes
}

type Handler = RequestHandler<{ token: string }>

const bodyLimit = 256 * 1024

/** A mailbox is read that often at most, however often somebody says that it changed. */
const pace = { burst: 10, everyMs: 250, mostWaiting: 200 }

const retryAfterMs = 2_000

/**
 * `POST /exchange/notifications/:token`: Exchange tells that something changed in a mailbox, never what. Exchange proves
 * nothing of itself but by its address and the token, so nothing else is read before these are known.
 */
export function notifications(deps: Deps): Router {
  return Router().post(
    '/exchange/notifications/:token',
    admit(deps),
    knowToken(deps),
    take(deps),
    refuse(deps),
  )
}

/** Answers for connections that do not exist, as those do that exist: nobody learns which there are. */
export function notificationsOfNobody(gate: Omit<Gate, 'allowList'>): Router {
  const everybody = { ...gate, allowList: gate.anyList }
  const knowNone: Handler = () => {
    throw unknownToken()
  }
  return Router().post('/exchange/notifications/:token', admit(everybody), knowNone, refuse(everybody))
}

/** Who may notify another connection learns no more of this one than that there is no such token. */
function admit({ allowList, anyList, sourceOf }: Gate): Handler {
  return async (request, response, next) => {
    const source = sourceOf(request as Request)
    const own = (await allowList?.(source)) ?? 'allowed'
    if (own === 'allowed') return next()
    response.locals['outcome'] = own === 'refused' ? 'notAllowed' : 'noAnswerFromDns'
    const verdict = own === 'refused' ? await anyList(source) : own
    if (verdict === 'allowed') throw unknownToken()
    if (verdict === 'refused') throw notAllowed()
    throw comeAgain({ detail: 'Who sends this cannot be told at present.', afterMs: retryAfterMs })
  }
}

function knowToken({ ledger }: Deps): Handler {
  return async (request, _response, next) => {
    if (!(await ledger.isOurToken(request.params.token))) throw unknownToken()
    next()
  }
}

function take({ ledger, queues, log, outcomes }: Deps): Handler {
  const hear = createPacer(async (token, { changed }) => {
    const nowMs = Date.now()
    const mailboxId = await ledger.heard(token, nowMs)
    if (mailboxId === undefined) return (await ledger.hearProbe(token, nowMs)) ? 'probe' : 'nobody'
    // Exchange repeats what it got no answer to, so it gets one only when the mailbox is due in the ledger.
    if (changed) {
      await Promise.all([ledger.noteNotified(mailboxId, nowMs), ledger.wakeInbound(mailboxId, nowMs)])
      await queues.inbound.wakeQuietly(mailboxId)
    }
    log[changed ? 'info' : 'debug']({ mailboxId }, 'notification')
    return 'mailbox'
  }, pace)

  return async (request, response) => {
    const notification = isXml(request)
      ? parseNotification(await readText(request as Request, bodyLimit))
      : undefined
    if (!notification) throw notANotification()
    const changed = notification.events.some(({ kind }) => kind !== 'status')
    const heard = hear(request.params.token, { changed })
    if (!heard) throw tooMany()
    const whose = await heard
    if (whose === 'nobody') throw unknownToken()
    outcomes('taken')
    // A probe was to find out whether Exchange reaches us, and now knows.
    const status = whose === 'probe' ? 'Unsubscribe' : 'OK'
    response.type('text/xml; charset=utf-8').send(notificationResult(status))
  }
}

function isXml(request: Request<{ token: string }>): boolean {
  return Boolean(request.is(['text/xml', 'application/xml', 'application/soap+xml']))
}

/** What was not read of a refused request is not read any more. */
function refuse({ sourceOf, outcomes }: Gate): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const { outcome = outcomeOf(error) } = response.locals as { outcome?: Outcome }
    outcomes(outcome, sourceOf(request as Request))
    const isShort = Number(request.get('content-length') ?? Infinity) <= bodyLimit
    if (!request.complete && !isShort) response.set('Connection', 'close')
    next(error)
  }
}

const outcomesByStatus: Readonly<Record<number, Outcome>> = {
  404: 'unknownToken',
  429: 'tooMany',
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof ProblemError) return outcomesByStatus[error.problem.status] ?? 'unreadable'
  return (error as { status?: number }).status === undefined ? 'unavailable' : 'unreadable'
}

function notAllowed(): ProblemError {
  const mend = 'Have whoever runs Lockstep put the sender into NOTIFICATION_SOURCES, if it is an Exchange.'
  return new ProblemError({ status: 403, detail: 'Notifications are not taken from there.', mend })
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

function tooMany(): ProblemError {
  const detail = 'Too many notifications of this subscription wait already.'
  const headers = { 'Retry-After': '1' }
  return new ProblemError({ status: 429, detail, mend: 'Send it again later.' }, { headers })
}
