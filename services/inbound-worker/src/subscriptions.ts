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

type Keep = (
  mailbox: Mailbox,
  signal: AbortSignal,
  doubt?: { isUnheard: boolean },
) => Promise<void>

export type Subscriptions = {
  keep: Keep
  /** Exchange was away, and may have lost its subscriptions: what was heard before says nothing any more. */
  distrust: () => void
}

/** Changes that were found without a notification are no ground for doubt if one may just be on its way. */
const onItsWayMs = 5_000

/**
 * Sees to it that Exchange notifies us about the mailbox: subscribes anew when there is no subscription, when it has
 * been silent for too long, when changes came without a notification, or when nothing was heard of it since this worker
 * started: it may have ended while nobody listened. The sync that follows catches up, so no watermark is kept.
 */
export function createSubscriptions({ ledger, gateway, log, options }: Deps): Subscriptions {
  if (options.kind === 'poll') return { keep: async () => {}, distrust: () => {} }
  const { publicUrl, statusFrequencyMinutes } = options
  const silentMs = 2 * statusFrequencyMinutes * 60_000
  let trustedFromMs = Date.now()

  function isTrusted({ id, heardAtMs }: { id: string; heardAtMs: number }, isUnheard: boolean): boolean {
    const sinceHeardMs = Date.now() - heardAtMs
    return id !== '' && heardAtMs >= trustedFromMs && sinceHeardMs < (isUnheard ? onItsWayMs : silentMs)
  }

  const keep: Keep = async (mailbox, signal, { isUnheard } = { isUnheard: false }) => {
    const { subscription } = await ledger.mailboxState(mailbox.id)
    if (subscription && isTrusted(subscription, isUnheard)) return

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

  return { keep, distrust: () => void (trustedFromMs = Date.now()) }
}

function freshSubscription(): Subscription {
  const nowMs = Date.now()
  return { id: '', token: randomBytes(32).toString('base64url'), startedAtMs: nowMs, heardAtMs: nowMs }
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
