import type { Notifications } from '@lockstep/exchange/doctor'
import { notificationUrl } from '@lockstep/connections'
import type { Surroundings } from './surroundings.ts'

/** A probe outlives the wait for it, so that a late call is answered and ends its subscription. */
const probeLastsMs = 5 * 60_000

/** How a test finds out whether Exchange reaches the ingress: by an address that is given out for it alone. */
export function notificationsOf(
  { connection, config, ledger }: Surroundings,
  waitMs: number,
  isOneOfMany = false,
): Notifications {
  const { kind, publicUrl } = config.notifications
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
