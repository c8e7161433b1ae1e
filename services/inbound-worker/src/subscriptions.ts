import { randomBytes } from 'node:crypto'
import type { CalendarGateway } from '@lockstep/exchange'
import type { Ledger, Mailbox, Subscription } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

export type SubscriptionOptions =
  | { kind: 'poll' }
  | {
      kind: 'push'
      /** What Exchange calls, without the path. */
      publicUrl: string
      /** How often Exchange gives a sign of life when nothing happens; after twice the time it counts as silent. */
      statusFrequencyMinutes: number
    }

type Deps = { ledger: Ledger; gateway: CalendarGateway; log: Logger; options: SubscriptionOptions }

export type KeepSubscribed = (mailbox: Mailbox, signal: AbortSignal) => Promise<void>

/**
 * Sees to it that Exchange notifies us about the mailbox: subscribes anew when there is no subscription, or when it
 * has been silent for too long. The sync that follows catches up with what was missed, so no watermark is kept.
 */
export function createKeepSubscribed({ ledger, gateway, log, options }: Deps): KeepSubscribed {
  if (options.kind === 'poll') return async () => {}
  const { publicUrl, statusFrequencyMinutes } = options
  const silentMs = 2 * statusFrequencyMinutes * 60_000

  return async function keepSubscribed(mailbox, signal) {
    const { subscription } = await ledger.mailboxState(mailbox.id)
    if (subscription && subscription.id !== '' && Date.now() - subscription.heardAtMs < silentMs) return

    const fresh = freshSubscription()
    // Known before Exchange is asked: its first notification may come before its answer.
    await ledger.saveSubscription(mailbox.id, fresh)
    const url = new URL(`exchange/notifications/${fresh.token}`, withSlash(publicUrl)).href
    const call = { signal, direction: 'inbound' as const }
    try {
      const { subscriptionId } = await gateway.subscribe(mailbox.address, url, statusFrequencyMinutes, call)
      await ledger.saveSubscription(mailbox.id, { ...fresh, id: subscriptionId, heardAtMs: Date.now() })
      log.info({ mailboxId: mailbox.id, renewed: subscription !== undefined }, 'subscribed')
    } catch (error) {
      // Without notifications the mailbox is still compared now and then; whether it can be, the sync finds out.
      log.warn({ mailboxId: mailbox.id, code: (error as { code?: string }).code }, 'could not subscribe')
    }
  }
}

function freshSubscription(): Subscription {
  const nowMs = Date.now()
  return { id: '', token: randomBytes(32).toString('base64url'), startedAtMs: nowMs, heardAtMs: nowMs }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
