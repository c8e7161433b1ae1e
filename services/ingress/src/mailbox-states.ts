import { mailHourOf, type SettingDefaults, settingsInForce } from '@lockstep/domain'
import type { Hearing, Ledger } from '@lockstep/ledger'
import { type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { iso, knownMailbox } from './known-mailbox.ts'
import { brakesOf } from './mailbox-release.ts'
import { listingOf } from './mailbox-repair.ts'
import type { mailboxStateSchema } from './openapi/answers.ts'
import type { mailsSchema, notificationsSchema } from './openapi/mailbox-answers.ts'

/** `GET /v1/mailboxes/:mailbox`: how fresh what is known of a mailbox is. */
type Deps = { ledger: Ledger; settingDefaults: SettingDefaults }

export function mailboxStates(deps: Deps): Router {
  return Router().get('/mailboxes/:mailbox', showState(deps))
}

function showState({ ledger, settingDefaults }: Deps): RequestHandler<{ mailbox: string }> {
  return async (request, response) => {
    const mailbox = await knownMailbox(ledger, request.params.mailbox)
    const { currentAtMs, subscription, refused, hearing } = await ledger.mailboxState(mailbox.id)
    const { restoredSinceMs } = await ledger.restorationOf(mailbox)
    const [brakes, mails, listing, layers] = await Promise.all([
      brakesOf(ledger, mailbox.id),
      mailsOf(ledger, mailbox.id),
      listingOf(ledger, mailbox.id),
      ledger.settingsOf(mailbox.id),
    ])
    const shown: z.input<typeof mailboxStateSchema> = {
      mailbox: mailbox.address,
      enabledAt: iso(mailbox.enabledAtMs),
      ...(currentAtMs !== undefined && { currentAt: iso(currentAtMs) }),
      ...(subscription && {
        subscription: { startedAt: iso(subscription.startedAtMs), heardAt: iso(subscription.heardAtMs) },
      }),
      ...(hearing && { notifications: notificationsOf(hearing) }),
      mails,
      settings: settingsInForce(layers, settingDefaults),
      ...(listing && { listing }),
      ...(restoredSinceMs !== undefined && { restored: iso(restoredSinceMs) }),
      ...(Object.keys(brakes).length > 0 && { brakes }),
      ...(refused && { refused: { code: refused.code, since: iso(refused.sinceMs) } }),
    }
    response.json(shown)
  }
}

function notificationsOf({ way, sinceMs, whyNot }: Hearing): z.input<typeof notificationsSchema> {
  return { way, since: iso(sinceMs), ...(whyNot && { whyNot }) }
}

async function mailsOf(ledger: Ledger, mailboxId: string): Promise<z.input<typeof mailsSchema>> {
  const nowMs = Date.now()
  const { startMs, endMs } = mailHourOf(nowMs)
  const { recipients, isExhausted } = await ledger.mailsOf(mailboxId, nowMs)
  return { since: iso(startMs), recipients, ...(isExhausted && { postponedUntil: iso(endMs) }) }
}
