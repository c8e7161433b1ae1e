import { sha256 } from './keys.ts'
import type { Subscription } from './ledger.ts'
import type { Store } from './store.ts'

export type SubscriptionLedger = {
  /**
   * Makes this the subscription of the mailbox. Its token is known from then on (only its digest is stored); that of
   * the subscription before is for another minute. Saved again with the same token, it keeps what was heard meanwhile.
   */
  saveSubscription(mailboxId: string, subscription: Subscription): Promise<void>
  /** Notes a sign of life and gives the mailbox that the token is for; `undefined` if nobody has such a token. */
  heard(token: string, nowMs: number): Promise<string | undefined>
  /** Forgets the subscription and its token, unless the mailbox has another one by now. */
  endSubscription(mailboxId: string, subscriptionId: string): Promise<void>
}

const GRACE_MS = 60_000

export function createSubscriptions({ keys, run, send }: Store): SubscriptionLedger {
  return {
    async saveSubscription(mailboxId, { id, token, startedAtMs, heardAtMs }) {
      await send((redis) => redis.set(keys.token(sha256(token)), mailboxId))
      const args = [id, sha256(token), startedAtMs, heardAtMs]
      const former = await run('save-subscription', [keys.mailbox(mailboxId)], args)
      if (former !== '') await send((redis) => redis.pexpire(keys.token(former as string), GRACE_MS))
    },
    async heard(token, nowMs) {
      const mailboxId = await send((redis) => redis.get(keys.token(sha256(token))))
      if (mailboxId === null) return undefined
      await run('heard', [keys.mailbox(mailboxId)], [sha256(token), nowMs])
      return mailboxId
    },
    async endSubscription(mailboxId, subscriptionId) {
      const token = await run('end-subscription', [keys.mailbox(mailboxId)], [subscriptionId])
      if (token !== '') await send((redis) => redis.del(keys.token(token as string)))
    },
  }
}
