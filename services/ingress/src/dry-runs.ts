import type { DryRun, Ledger, Mailbox } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import { type Logger, ProblemError } from '@lockstep/runtime'
import { type Request, type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { iso, knownMailbox } from './known-mailbox.ts'
import type { dryRunSchema, dryRunsSchema } from './openapi/dry-run-answers.ts'
import { pageOf, pageQuery, queryOf } from './query.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger }
type Summaries = z.input<typeof dryRunsSchema>
type Summary = Summaries['mailboxes'][number]

/** `/v1/dry-run`, and of a mailbox: what would be written and told, and nothing of it done. */
export function dryRuns(deps: Deps): Router {
  return Router()
    .post('/dry-run', beginAll(deps))
    .get('/dry-run', showAll(deps))
    .post('/mailboxes/:mailbox/dry-run', begin(deps))
    .get('/mailboxes/:mailbox/dry-run', show(deps))
}

function begin(deps: Deps): RequestHandler<{ mailbox: string }> {
  return async ({ params }, response) => {
    const mailbox = await knownMailbox(deps.ledger, params.mailbox)
    await start(deps, mailbox)
    response.status(202).json(await summaryOf(deps, mailbox))
  }
}

function beginAll(deps: Deps): RequestHandler {
  return async (request, response) => {
    for (const mailbox of await deps.ledger.all()) await start(deps, mailbox)
    response.status(202).json(await pageOfAll(deps, request))
  }
}

/** One that is under way goes on: it is woken, in case that was lost. */
async function start({ ledger, queues, log }: Deps, { id }: Mailbox): Promise<void> {
  if (await ledger.startDryRun(id, Date.now())) log.info({ mailboxId: id }, 'dry run requested')
  const turn = await ledger.dryRunTurn(id, Date.now())
  if (turn) await queues[turn].wakeQuietly(id)
}

function showAll(deps: Deps): RequestHandler {
  return async (request, response) => {
    response.json(await pageOfAll(deps, request))
  }
}

function show(deps: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const { after, limit } = queryOf(pageQuery, request)
    const mailbox = await knownMailbox(deps.ledger, request.params.mailbox)
    const run = await deps.ledger.dryRun(mailbox.id)
    if (!run) {
      throw new ProblemError({
        status: 404,
        detail: 'There was no dry run of the mailbox within the last day.',
        mend: 'Begin one: POST to the same address.',
      })
    }
    const entries = await deps.ledger.dryRunEntries(mailbox.id, { from: after, limit })
    const next = after + entries.length
    const isMore = next < run.entries || run.endedAtMs === undefined
    response.json({
      ...shown(mailbox, run),
      entries: entries as z.input<typeof dryRunSchema>['entries'],
      ...(isMore && { next }),
    } satisfies z.input<typeof dryRunSchema>)
  }
}

async function pageOfAll({ ledger }: Deps, request: Request): Promise<Summaries> {
  const known: Summary[] = []
  for (const mailbox of await ledger.all()) {
    const run = await ledger.dryRun(mailbox.id)
    if (run) known.push(shown(mailbox, run))
  }
  const counts: Record<string, number> = {}
  for (const each of known)
    for (const [name, count] of Object.entries(each.counts)) counts[name] = (counts[name] ?? 0) + count
  const running = known.filter(({ state }) => state === 'running').length
  const { page, next } = pageOf(known, request)
  return { running, counts, mailboxes: page, ...(next !== undefined && { next }) }
}

async function summaryOf({ ledger }: Deps, mailbox: Mailbox): Promise<Summary> {
  return shown(
    mailbox,
    (await ledger.dryRun(mailbox.id)) ?? { startedAtMs: Date.now(), counts: {}, entries: 0 },
  )
}

function shown({ address }: Mailbox, { startedAtMs, endedAtMs, code, counts }: DryRun): Summary {
  return {
    mailbox: address,
    state: endedAtMs === undefined ? 'running' : code === undefined ? 'done' : 'failed',
    startedAt: iso(startedAtMs),
    ...(endedAtMs !== undefined && { endedAt: iso(endedAtMs) }),
    ...(code !== undefined && { code }),
    counts: Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => a.localeCompare(b))),
  }
}
