import type { Ledger, Mailbox } from '@lockstep/ledger'

/** Enables mailboxes. One that was not known before is due at once: it is subscribed and compared. */
export async function enableMailboxes(ledger: Ledger, addresses: readonly string[]): Promise<Mailbox[]> {
  const mailboxes = []
  for (const address of addresses) {
    const known = await ledger.find(address)
    const mailbox = known ?? (await ledger.enable(address, Date.now()))
    if (!known) await ledger.setInboundDue(mailbox.id, Date.now())
    mailboxes.push(mailbox)
  }
  return mailboxes
}
