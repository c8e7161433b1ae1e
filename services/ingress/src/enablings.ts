import { AddressListError, addressesInCsv, eachOnce } from '@lockstep/connections'
import type { Enabling, Ledger } from '@lockstep/ledger'
import { type Logger, ProblemError } from '@lockstep/runtime'
import express, { type Request, type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { callerOf } from './api-keys.ts'
import { parseJson } from './json-text.ts'
import { iso } from './known-mailbox.ts'
import {
  type enablingSchema,
  type enablingsSchema,
  mailboxesAskedForSchema,
  mostMailboxes,
} from './openapi/enabling-answers.ts'
import { pageOf } from './query.ts'

type Deps = { ledger: Ledger; log: Logger }
type Listed = z.input<typeof enablingsSchema>
type Shown = z.input<typeof enablingSchema>

const body = express.raw({ type: ['application/json', 'text/csv'], limit: '1mb' })

/** `POST /v1/mailboxes`: asks for mailboxes; a worker tests them and enables those that pass. And what became of them. */
export function enablings(deps: Deps): Router {
  return Router()
    .post('/mailboxes', body, ask(deps))
    .get('/enablings', showAll(deps))
    .get('/mailboxes/:mailbox/enabling', show(deps))
}

function ask({ ledger, log }: Deps): RequestHandler {
  return async (request, response) => {
    const { mailboxes, enable } = askedForIn(request)
    const addresses = eachOnce(mailboxes)
    await ledger.requestEnabling(addresses, { enables: enable, nowMs: Date.now() })
    log.info({ mailboxes: addresses.length, enable, by: callerOf(response) }, 'mailboxes asked for')
    const known = await ledger.enablings(addresses)
    response.status(202).json({ counts: countsOf(known), mailboxes: known.map(shown) } satisfies Listed)
  }
}

function askedForIn(request: Request): z.output<typeof mailboxesAskedForSchema> {
  const bytes: unknown = request.body
  if (!(bytes instanceof Uint8Array)) {
    throw new ProblemError({
      status: 415,
      detail: 'The body is neither JSON nor CSV.',
      mend: 'Send it as application/json, or as text/csv.',
    })
  }
  const given = request.is('text/csv')
    ? { mailboxes: fromCsv(bytes) }
    : parseJson(new TextDecoder().decode(bytes))
  const parsed = mailboxesAskedForSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), detail: message }))
  throw new ProblemError({
    status: 400,
    detail: 'The body does not name mailboxes as it should.',
    mend: `Send {"mailboxes":["alice@contoso.example"]} with 1 to ${mostMailboxes} primary SMTP addresses; more in several requests.`,
    errors,
  })
}

function fromCsv(bytes: Uint8Array): string[] {
  try {
    return eachOnce(addressesInCsv(bytes))
  } catch (error) {
    if (!(error instanceof AddressListError)) throw error
    throw new ProblemError({
      status: 400,
      detail: `The list of mailboxes is of no use: ${error.message}.`,
      mend: 'Name the column with the addresses "address" in the first line.',
    })
  }
}

function showAll({ ledger }: Deps): RequestHandler {
  return async (request, response) => {
    const all = await ledger.enablings()
    const { page, next } = pageOf(all, request)
    response.json({
      counts: countsOf(all),
      mailboxes: page.map(shown),
      ...(next !== undefined && { next }),
    } satisfies Listed)
  }
}

function show({ ledger }: Deps): RequestHandler<{ mailbox: string }> {
  return async ({ params }, response) => {
    const enabling = await ledger.enabling(params.mailbox)
    if (!enabling) {
      throw new ProblemError({
        status: 404,
        detail: 'The mailbox was not asked for within the last day.',
        mend: 'Ask for it: POST /v1/mailboxes.',
      })
    }
    response.json({ ...shown(enabling), steps: [...(enabling.ended?.steps ?? [])] } satisfies Shown)
  }
}

function countsOf(known: readonly Enabling[]): Listed['counts'] {
  const counts = { waiting: 0, testing: 0, enabled: 0, passed: 0, failed: 0 }
  for (const enabling of known) counts[stateOf(enabling)] += 1
  return counts
}

function stateOf({ attempts, ended }: Enabling): Shown['state'] {
  return ended?.outcome ?? (attempts > 0 ? 'testing' : 'waiting')
}

function shown(enabling: Enabling): Omit<Shown, 'steps'> {
  const { address, requestedAtMs, ended } = enabling
  const reason =
    ended?.steps.find(({ outcome }) => outcome === 'failed') ??
    ended?.steps.find(({ outcome }) => outcome === 'warning')
  return {
    mailbox: address,
    state: stateOf(enabling),
    requestedAt: iso(requestedAtMs),
    ...(ended && { endedAt: iso(ended.atMs) }),
    ...(reason && { reason }),
  }
}
