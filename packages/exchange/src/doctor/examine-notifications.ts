import { setTimeout as wait } from 'node:timers/promises'
import type { EwsClient } from '../ews/ews-client.ts'
import { subscribe } from '../ews/operations/subscribe.ts'
import { examineStreaming, type StreamingTest } from './examine-streaming.ts'
import { ok, type Part, skipped, warning } from './step.ts'

/**
 * An address that Exchange is to call, and whether it has. Whoever receives notifications keeps it for longer than is
 * waited: a late call is still to be answered, with the end of its subscription.
 */
export type NotificationProbe = {
  readonly url: string
  heardAtMs(): Promise<number | undefined>
}

export type Notifications =
  | { readonly kind: 'none'; readonly because: string }
  | StreamingTest
  | {
      readonly kind: 'push'
      openProbe(): Promise<NotificationProbe>
      /** Exchange calls at once when it is subscribed to, unless it cannot. */
      readonly waitMs: number
    }

const lookEveryMs = 50
/** The least that Exchange takes: a subscription that nobody answers lapses soonest. */
const statusFrequencyMinutes = 1

/** Subscribes with an address of its own, and waits for the call that Exchange makes first. */
export function examineNotifications(
  client: EwsClient,
  mailbox: string,
  notifications: Notifications,
  signal?: AbortSignal,
): Part[] {
  const parts = ['subscribe', 'notification'] as const
  if (notifications.kind === 'none') {
    const examine = async () => skipped(notifications.because)
    return parts.map((name) => ({ name, examine }))
  }
  if (notifications.kind === 'streaming') return examineStreaming(client, mailbox, notifications, signal)
  const { openProbe, waitMs } = notifications
  let probe: NotificationProbe | undefined

  return [
    {
      name: 'subscribe',
      async examine() {
        probe = await openProbe()
        const target = { url: probe.url, statusFrequencyMinutes }
        await subscribe(client, mailbox, target, signal ? { signal } : {})
        return ok('Exchange takes a subscription')
      },
    },
    {
      name: 'notification',
      async examine() {
        const beganMs = Date.now()
        const heardAtMs = await heard(probe!, waitMs, signal)
        if (heardAtMs !== undefined)
          return ok(`Exchange called within ${Math.max(1, Date.now() - beganMs)} ms`)
        return warning('NOTIFICATION_NOT_HEARD', `Exchange did not call within ${waitMs / 1_000} s`)
      },
    },
  ]
}

async function heard(
  probe: NotificationProbe,
  waitMs: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const endsMs = Date.now() + waitMs
  for (;;) {
    const heardAtMs = await probe.heardAtMs()
    if (heardAtMs !== undefined || Date.now() > endsMs || signal?.aborted) return heardAtMs
    await wait(lookEveryMs, undefined, signal && { signal }).catch(() => {})
  }
}
