import type { Ledger, Mailbox } from '@lockstep/ledger'
import { ProblemError } from '@lockstep/runtime'

/** The mailbox with this address. @throws a problem document if it is not enabled */
export async function knownMailbox(ledger: Pick<Ledger, 'find'>, address: string): Promise<Mailbox> {
  const mailbox = await ledger.find(address)
  if (mailbox) return mailbox
  throw new ProblemError({
    status: 404,
    detail: 'The mailbox is not enabled for synchronisation.',
    mend: 'Use the primary address of an enabled mailbox, or have this one enabled: POST /v1/mailboxes.',
  })
}

/** A time as the API writes it. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
