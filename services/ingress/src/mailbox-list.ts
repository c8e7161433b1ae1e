import { directionInForce } from '@lockstep/domain'
import type { Ledger, Mailbox } from '@lockstep/ledger'
import { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { iso } from './known-mailbox.ts'
import type { mailboxesSchema } from './openapi/enabling-answers.ts'
import { pageOf } from './query.ts'

type Deps = { ledger: Ledger }
type Listed = z.input<typeof mailboxesSchema>

/** `GET /v1/mailboxes`: those that are enabled, page by page. */
export function mailboxList({ ledger }: Deps): Router {
  return Router().get('/mailboxes', list(ledger))
}

function list(ledger: Ledger): RequestHandler {
  return async (request, response) => {
    const all = await ledger.all()
    const { page, next } = pageOf(all, request)
    response.json({
      enabled: all.length,
      mailboxes: await Promise.all(page.map((mailbox) => listed(ledger, mailbox))),
      ...(next !== undefined && { next }),
    } satisfies Listed)
  }
}

const directions = ['outbound', 'inbound'] as const

async function listed(
  ledger: Ledger,
  { id, address, enabledAtMs }: Mailbox,
): Promise<Listed['mailboxes'][number]> {
  const [{ currentAtMs, hearing, refused }, layers] = await Promise.all([
    ledger.mailboxState(id),
    ledger.settingsOf(id),
  ])
  const off = directions.filter((direction) => directionInForce(direction, layers).value === 'off')
  return {
    mailbox: address,
    enabledAt: iso(enabledAtMs),
    ...(currentAtMs !== undefined && { currentAt: iso(currentAtMs) }),
    ...(hearing && { way: hearing.way }),
    ...(off.length > 0 && { off }),
    ...(refused && { refused: { code: refused.code, since: iso(refused.sinceMs) } }),
  }
}
