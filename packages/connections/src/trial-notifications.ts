import type { Notifications } from '@lockstep/exchange/doctor'
import type { Ledger } from '@lockstep/ledger'
import { notificationUrl } from './notification-url.ts'

/** A probe outlives the wait for it, so that a late call is answered and ends its subscription. */
const probeLastsMs = 5 * 60_000

/** By which way a connection hears of changes at best. */
export type HearingKind = {
  readonly kind: 'push' | 'streaming' | 'poll'
  readonly publicUrl?: string | undefined
}

type Trial = {
  readonly connection: string
  readonly notifications: HearingKind
  /** Missing while Redis is away. */
  readonly ledger?: Pick<Ledger, 'openProbe' | 'probeHeardAt'> | undefined
}

/** How a test finds out whether Exchange reaches the ingress: by an address that is given out for it alone. */
export function trialNotifications(
  { connection, notifications: { kind, publicUrl }, ledger }: Trial,
  waitMs: number,
  isOneOfMany = false,
): Notifications {
  if (kind === 'streaming') return { kind, waitMs, listens: !isOneOfMany }
  if (kind !== 'push') return { kind: 'none', because: `not needed with NOTIFICATIONS=${kind}` }
  if (!ledger)
    return { kind: 'none', because: 'not examined: without Redis nobody tells whether Exchange called' }
  if (publicUrl === undefined) return { kind: 'none', because: 'not examined: INGRESS_PUBLIC_URL is not set' }
  return {
    kind: 'push',
    waitMs,
    async openProbe() {
      const token = await ledger.openProbe(probeLastsMs)
      return {
        url: notificationUrl(publicUrl, connection, token),
        heardAtMs: () => ledger.probeHeardAt(token),
      }
    },
  }
}
