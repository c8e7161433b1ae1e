import { type Ledger, settingsWhileOn } from '@lockstep/ledger'
import type { MailboxHandler } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import type { Deliver } from './deliver.ts'
import type { LookAt } from './look.ts'
import { giveUp } from './give-up.ts'
import { createHoldBack, type HoldBackRules } from './hold-back.ts'

export type DeliveryOptions = { sliceMs: number; leaseMs: number; batch: number; holdBack: HoldBackRules }

type Deps = {
  ledger: Ledger
  lookAt: LookAt
  deliver: Deliver
  log: Logger
  onBraked?: (direction: 'inbound') => void
  options: DeliveryOptions
}

/** Tells the application what Exchange holds of a mailbox's marked appointments, for one slice of time. */
export function createDeliverMailbox(deps: Deps): MailboxHandler {
  const { ledger, lookAt, deliver, log, options } = deps
  const heldBack = createHoldBack({ ...deps, rules: options.holdBack })

  return async function deliverMailbox({ mailboxId }, signal) {
    const mailbox = await ledger.byId(mailboxId)
    if (!mailbox) {
      await ledger.disown('deliveries', mailboxId, Date.now())
      return 'done'
    }

    const endMs = Date.now() + options.sliceMs
    await ledger.lease('deliveries', mailboxId, endMs + options.leaseMs)
    let told = 0
    let begun: number
    do {
      if (!(await settingsWhileOn(ledger, 'deliveries', mailboxId, Date.now()))) return 'done'
      const attempts = await ledger.beginDeliveries(mailboxId, {
        limit: options.batch,
        nowMs: Date.now(),
        leaseMs: options.leaseMs,
      })
      begun = attempts.length
      const looked = await lookAt(mailbox, attempts, signal).catch((error: unknown) =>
        attempts.map(() => ({ ok: false as const, error })),
      )
      const held = await heldBack(mailbox, attempts, looked)
      const results = await Promise.all(
        attempts.map(async (attempt, index) => {
          if (held.has(attempt)) return false
          const result = looked[index]!
          if (result.ok) return deliver(mailbox, attempt, result.value, signal)
          await giveUp(ledger, mailbox, attempt, result.error, log)
          return false
        }),
      )
      told += results.filter(Boolean).length
    } while (begun > 0 && Date.now() < endMs && !signal.aborted)

    const rest = await ledger.rest('deliveries', mailboxId, Date.now())
    return rest === 'more' && told > 0 ? 'again' : 'done'
  }
}
