import type { MailboxStates } from '../mailbox-states.ts'
import type { Store } from '../store/store.ts'

/** Where a client is sent; `base` is scheme, host and port as the client knows them. */
export type DiscoveryContext = {
  readonly store: Store
  readonly states: MailboxStates
  readonly base: string
}
