import type { Ledger, Mailbox } from '@lockstep/ledger'
import type { Logger } from '@lockstep/runtime'

/** The ledger of another connection. */
export type Other = { readonly name: string; readonly ledger: Pick<Ledger, 'find'> }

type Deps = { readonly ledger: Ledger; readonly others: readonly Other[]; readonly log: Logger }

/**
 * Enables mailboxes. One that was not known before is due at once: it is subscribed and compared. One that another
 * connection has is left to that one, and told.
 */
export async function enableMailboxes(
  { ledger, others, log }: Deps,
  addresses: readonly string[],
): Promise<Mailbox[]> {
  const mailboxes = []
  for (const [index, address] of addresses.entries()) {
    const known = await ledger.find(address)
    const owner = known ? undefined : await ownerOf(address, others)
    if (owner) {
      log.error(
        { number: index + 1, owner: owner.name },
        'mailbox of MAILBOXES is enabled in another connection: forget it there first',
      )
      continue
    }
    const mailbox = known ?? (await ledger.enable(address, Date.now()))
    if (!known) await ledger.setInboundDue(mailbox.id, Date.now())
    mailboxes.push(mailbox)
  }
  return mailboxes
}

/** The connection in which a mailbox is enabled, of these. */
export async function ownerOf(address: string, others: readonly Other[]): Promise<Other | undefined> {
  const found = await Promise.all(others.map(({ ledger }) => ledger.find(address)))
  return others.find((_, index) => found[index] !== undefined)
}
