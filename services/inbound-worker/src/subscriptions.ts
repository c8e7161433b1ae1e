import { notificationUrl } from '@lockstep/connections'
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

type Deps = {
  ledger: Ledger
  gateway: CalendarGateway
  log: Logger
  /** Whose mailboxes they are: Exchange's calls say so. */
  connection: string
  options: SubscriptionOptions
}

/** Resolves with when the subscription has to be looked at again, in milliseconds from now. */
type Keep = (mailbox: Mailbox, signal: AbortSignal, doubt?: { isUnheard: boolean }) => Promise<number>

export type Subscriptions = {
  keep: Keep
  /** Exchange was away, and may have lost its subscriptions: what was heard before says nothing any more. */
  distrust: () => void
}

type Known = Omit<Subscription, 'token'>

/** Changes that were found without a notification are no ground for doubt if one may just be on its way. */
const onItsWayMs = 5_000

/** Exchange calls as soon as it is subscribed to. If it does not, it cannot, and is asked again at growing distances. */
const firstPatienceMs = 2_000

/**
 * Sees to it that Exchange notifies us about the mailbox: subscribes anew when there is no subscription, when it has
 * never called or been silent for too long, when changes came without a notification, or when nothing was heard of it
 * since this worker started: it may have ended while nobody listened. The sync that follows catches up, so no watermark
 * is kept.
 */
export function createSubscriptions({ ledger, gateway, log, connection, options }: Deps): Subscriptions {
  if (options.kind === 'poll') return { keep: async () => Infinity, distrust: () => {} }
  const { publicUrl, statusFrequencyMinutes } = options
  const silentMs = 2 * statusFrequencyMinutes * 60_000
  const inVain = new Map<string, number>()
  let trustedFromMs = Date.now()

  /** How long the subscription needs no further look. */
  function trustedForMs(mailbox: Mailbox, { id, startedAtMs, heardAtMs }: Known, isUnheard: boolean): number {
    if (id === '' || heardAtMs < trustedFromMs) return 0
    if (heardAtMs > startedAtMs) return heardAtMs + (isUnheard ? onItsWayMs : silentMs) - Date.now()
    return startedAtMs + Math.min(firstPatienceMs * 2 ** (inVain.get(mailbox.id) ?? 0), silentMs) - Date.now()
  }

  const keep: Keep = async (mailbox, signal, { isUnheard } = { isUnheard: false }) => {
    const { subscription } = await ledger.mailboxState(mailbox.id)
    const restMs = subscription ? trustedForMs(mailbox, subscription, isUnheard) : 0
    const hasCalled = subscription !== undefined && subscription.heardAtMs > subscription.startedAtMs
    if (hasCalled) inVain.delete(mailbox.id)
    if (restMs > 0) return restMs

    if (!hasCalled) inVain.set(mailbox.id, (inVain.get(mailbox.id) ?? -1) + 1)
    await subscribe(mailbox, signal)
    return firstPatienceMs
  }

  async function subscribe(mailbox: Mailbox, signal: AbortSignal): Promise<void> {
    const fresh = freshSubscription(await ledger.newToken())
    // Known before Exchange is asked: its first notification may come before its answer.
    await ledger.saveSubscription(mailbox.id, fresh)
    const url = notificationUrl(publicUrl, connection, fresh.token)
    const call = { signal, direction: 'inbound' as const }
    try {
      const { subscriptionId } = await gateway.subscribe(mailbox.address, url, statusFrequencyMinutes, call)
      await ledger.saveSubscription(mailbox.id, { ...fresh, id: subscriptionId })
      log.info({ mailboxId: mailbox.id }, 'subscribed')
    } catch (error) {
      // Without notifications the mailbox is still compared now and then; whether it can be, the sync finds out.
      log.warn({ mailboxId: mailbox.id, code: (error as { code?: string }).code }, 'could not subscribe')
    }
  }

  return { keep, distrust: () => void (trustedFromMs = Date.now()) }
}

function freshSubscription(token: string): Subscription {
  const nowMs = Date.now()
  return { id: '', token, startedAtMs: nowMs, heardAtMs: nowMs }
}
