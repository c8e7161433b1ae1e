import type { Ledger } from '@lockstep/ledger'

/** Enables mailboxes. One that was not known before is due at once: it is subscribed and compared. */
export async function enableMailboxes(ledger: Ledger, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    if (await ledger.find(address)) continue
    const { id } = await ledger.enable(address, Date.now())
    await ledger.setInboundDue(id, Date.now())
  }
}
