import { attemptsBeforeIsolation, type SettingDefaults, settingsInForce } from '@lockstep/domain'
import { type Ledger, type OutboundAttempt, settingsWhileOn } from '@lockstep/ledger'
import type { MailboxHandler } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import type { SettleBatch } from './settle-batch.ts'

export type SliceOptions = {
  /** How long a job works through its mailbox before it lets others have their turn. */
  sliceMs: number
  /** After this time the appointments of a worker that died are due again. */
  leaseMs: number
  /** Appointments of a mailbox that are begun together. */
  batch: number
  settingDefaults: SettingDefaults
}

type Deps = { ledger: Ledger; settleBatch: SettleBatch; log: Logger; options: SliceOptions }

/** Makes Exchange hold what is wanted of a mailbox's appointments, for one slice of time. */
export function createSettleMailbox({ ledger, settleBatch, log, options }: Deps): MailboxHandler {
  return async function settleMailbox({ mailboxId }, signal) {
    const mailbox = await ledger.byId(mailboxId)
    if (!mailbox) {
      await ledger.disown('outbound', mailboxId, Date.now())
      return 'done'
    }

    const endMs = Date.now() + options.sliceMs
    await ledger.lease('outbound', mailboxId, endMs + options.leaseMs)
    let settled = 0
    let begun: number
    do {
      const layers = await settingsWhileOn(ledger, 'outbound', mailboxId, Date.now())
      if (!layers) return 'done'
      const inForce = settingsInForce(layers, options.settingDefaults)
      const attempts = await ledger.beginOutbound(mailboxId, {
        limit: options.batch,
        nowMs: Date.now(),
        leaseMs: options.leaseMs,
      })
      begun = attempts.length
      for (const batch of isolated(attempts))
        settled += await settleBatch({ mailbox, inForce }, batch, signal)
    } while (begun > 0 && Date.now() < endMs && !signal.aborted)

    const rest = await ledger.rest('outbound', mailboxId, Date.now())
    if (settled > 0) log.debug({ mailboxId, settled, rest }, 'slice of a mailbox done')
    return rest === 'more' && settled > 0 ? 'again' : 'done'
  }
}

/** One batch; but what may have killed its worker before is tried by itself, after the others. */
function isolated(attempts: readonly OutboundAttempt[]): (readonly OutboundAttempt[])[] {
  const suspect = attempts.filter((attempt) => attempt.attempts >= attemptsBeforeIsolation)
  const others = attempts.filter((attempt) => !suspect.includes(attempt))
  return [others, ...suspect.map((attempt) => [attempt])].filter((batch) => batch.length > 0)
}
