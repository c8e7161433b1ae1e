import type { AdmissionRules } from '@lockstep/domain'
import type { CalendarGateway } from '@lockstep/exchange'
import type { Ledger } from '@lockstep/ledger'
import { ProblemError } from '@lockstep/runtime'
import { type RequestHandler, Router } from 'express'
import { changesQuery, queryOf } from './query.ts'
import { readChanges } from './read-changes.ts'

type Deps = { ledger: Ledger; gateway: CalendarGateway | undefined; rules: AdmissionRules }

/** `GET /v1/changes`: the changes for applications that cannot be called. */
export function changeFeed(deps: Deps): Router {
  return Router().get('/changes', showChanges(deps))
}

function showChanges({ ledger, gateway, rules }: Deps): RequestHandler {
  return async (request, response) => {
    const { after, limit } = queryOf(changesQuery, request)
    if (!gateway) {
      throw new ProblemError({
        status: 501,
        detail: 'This ingress has no Exchange to read the content of changes from.',
        mend: 'Set EWS_URL, EWS_USERNAME and EWS_PASSWORD for the ingress, as for the workers.',
      })
    }
    const found = await ledger.changes(after, limit)
    if (found === 'expired') throw await expired(ledger)

    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    const changes = await readChanges(found.entries, { ledger, gateway, rules, signal: leaving.signal })
    response.json({ cursor: found.cursor, changes })
  }
}

async function expired(ledger: Ledger): Promise<ProblemError> {
  const newest = await ledger.newestChange()
  return new ProblemError({
    status: 410,
    detail: 'Some of the changes after this cursor are not kept any more.',
    mend: `Compare all appointments, then go on with after=${newest}.`,
  })
}
