import type { Examiner, Testing } from '@lockstep/exchange/doctor'
import type { Ledger } from '@lockstep/ledger'
import { type Other, ownerOf } from './other-connections.ts'
import { type HearingKind, trialNotifications } from './trial-notifications.ts'

type Deps = {
  readonly connection: string
  readonly ledger: Ledger
  readonly others: readonly Other[]
  readonly examiner: Pick<Examiner, 'mailbox'>
  readonly notifications: HearingKind
}

/** So few are tested in full, and told in full; of more, only what needs somebody. */
export const fewMailboxes = 3

/** How mailboxes are tested, and enabled if they pass and that is wanted: the same for whoever does it. */
export function mailboxTesting(
  deps: Deps,
  { enables, isOneOfMany }: { enables: boolean; isOneOfMany: boolean },
): Testing {
  const { ledger, examiner, others } = deps
  return {
    examiner,
    notificationsOf: (waitMs) => trialNotifications(deps, waitMs, isOneOfMany),
    isKnown: async (address) => enables && (await ledger.find(address)) !== undefined,
    ownerOf: async (address) => (await ownerOf(address, others))?.name,
    async onPassed(address) {
      if (!enables) return
      const { id } = await ledger.enable(address, Date.now())
      await ledger.setInboundDue(id, Date.now())
    },
  }
}
