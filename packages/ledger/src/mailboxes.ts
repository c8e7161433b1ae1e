import { randomBytes } from 'node:crypto'
import type { Mailbox } from './ledger.ts'
import { BEGINNING_MS } from './restorations.ts'
import type { Store } from './store.ts'

export type MailboxLedger = {
  /** Enables the mailbox with this address, in whatever case. Again, or by several at once: the same mailbox. */
  enable(address: string, nowMs: number): Promise<Mailbox>
  find(address: string): Promise<Mailbox | undefined>
  byId(mailboxId: string): Promise<Mailbox | undefined>
  /** All mailboxes, the one enabled first first. */
  all(): Promise<Mailbox[]>
}

export function createMailboxes({ keys, run, send }: Store): MailboxLedger {
  const byId = async (mailboxId: string) => {
    const stored = await send((redis) => redis.hget(keys.mailboxes, mailboxId))
    return stored === null ? undefined : (JSON.parse(stored) as Mailbox)
  }

  return {
    byId,
    async enable(address, nowMs) {
      const mailbox: Mailbox = {
        id: randomBytes(8).toString('hex'),
        address: address.toLowerCase(),
        enabledAtMs: nowMs,
        enabledAs: address.toLowerCase(),
      }
      const stored = await run(
        'enable',
        [keys.addresses, keys.mailboxes, keys.beginning, keys.awaited],
        [mailbox.address, mailbox.id, JSON.stringify(mailbox), nowMs, BEGINNING_MS],
      )
      return JSON.parse(stored as string) as Mailbox
    },
    async find(address) {
      const id = await send((redis) => redis.hget(keys.addresses, address.toLowerCase()))
      return id === null ? undefined : byId(id)
    },
    async all() {
      const stored = await send((redis) => redis.hvals(keys.mailboxes))
      const mailboxes = stored.map((mailbox) => JSON.parse(mailbox) as Mailbox)
      return mailboxes.sort((a, b) => a.enabledAtMs - b.enabledAtMs || a.id.localeCompare(b.id))
    },
  }
}
