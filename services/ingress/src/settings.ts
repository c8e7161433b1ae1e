import { type SettingDefaults, settingsInForce, type Switch } from '@lockstep/domain'
import type { Ledger, Mailbox, SettingsChange, SettingsPatch, Work } from '@lockstep/ledger'
import type { Queues } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import express, { type Request, type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import { callerOf } from './api-keys.ts'
import { parseJson } from './json-text.ts'
import { iso, knownMailbox } from './known-mailbox.ts'
import { settingsPatchSchema, type settingsSchema } from './openapi/setting-answers.ts'
import { wakeAll } from './wake-all.ts'

type Deps = { ledger: Ledger; queues: Queues; log: Logger; settingDefaults: SettingDefaults }

const body = express.text({ type: ['application/json', 'application/merge-patch+json'], limit: 4_096 })

/** `GET` and `PATCH /v1/settings`, and of a mailbox: what is switched and set while Lockstep runs. */
export function settings(deps: Deps): Router {
  return Router()
    .get('/settings', show(deps))
    .patch('/settings', body, change(deps))
    .get('/mailboxes/:mailbox/settings', show(deps))
    .patch('/mailboxes/:mailbox/settings', body, change(deps))
}

function show(deps: Deps): RequestHandler {
  return async (request, response) => {
    response.json(await shown(deps, await mailboxIn(deps, request)))
  }
}

function change(deps: Deps): RequestHandler {
  const { ledger, log } = deps
  return async (request, response) => {
    const mailbox = await mailboxIn(deps, request)
    const text = typeof request.body === 'string' ? request.body : '{}'
    const { by, ...patch } = settingsPatchSchema.parse(parseJson(text))
    const who = by === undefined ? callerOf(response) : `${by} (${callerOf(response)})`
    const isChanged = await ledger.changeSettings(mailbox?.id, patch, { by: who, nowMs: Date.now() })
    if (isChanged) log.info({ ...patch, ...(mailbox && { mailboxId: mailbox.id }) }, 'settings changed')
    // Also if nothing was changed: the one who did may have died before all were woken.
    await wakeAll(deps, mailbox ? [mailbox] : await ledger.all(), worksOn(patch))
    response.json(await shown(deps, mailbox))
  }
}

/** What may have waited for a direction that is not off any more. */
function worksOn({ outbound, inbound }: SettingsPatch): Work[] {
  const mayGoOn = (direction: Switch | null | undefined) => direction !== undefined && direction !== 'off'
  return [
    ...(mayGoOn(outbound) ? ['outbound' as const] : []),
    ...(mayGoOn(inbound) ? ['inbound' as const, 'deliveries' as const] : []),
  ]
}

async function mailboxIn({ ledger }: Deps, { params }: Request): Promise<Mailbox | undefined> {
  const { mailbox } = params
  return typeof mailbox === 'string' ? knownMailbox(ledger, mailbox) : undefined
}

async function shown(
  { ledger, settingDefaults }: Deps,
  mailbox: Mailbox | undefined,
): Promise<z.input<typeof settingsSchema>> {
  const [layers, changes] = await Promise.all([
    ledger.settingsOf(mailbox?.id),
    ledger.settingsChanges(mailbox?.id),
  ])
  return {
    ...(mailbox && { mailbox: mailbox.address }),
    settings: mailbox ? (layers.mailbox ?? {}) : layers.connection,
    inForce: settingsInForce(layers, settingDefaults),
    changes: changes.map(shownChange),
  }
}

function shownChange({ atMs, by, changed }: SettingsChange) {
  return { at: iso(atMs), by, changed: [...changed] }
}
