import type { Command } from 'commander'
import { forEachMailbox } from './for-each-mailbox.ts'
import type { Run } from './options.ts'

const help = `
What is known of a mailbox is erased, and its notifications end. Nothing is deleted in Exchange or in the application.`

/** `mailboxes disable` */
export function addDisable(mailboxes: Command, run: Run): void {
  const command = mailboxes
    .command('disable')
    .description('end the synchronisation of mailboxes, and forget them')
    .addHelpText('after', help)
  forEachMailbox(command, run, async (address, { surroundings, ledger, teller, terminal }) => {
    const mailbox = await ledger.find(address)
    if (!mailbox) {
      teller.fact({ mailbox: address, outcome: 'notEnabled' }, `${address} is not enabled\n`)
      return false
    }
    await ledger.forget(mailbox.id, Date.now())
    teller.fact({ mailbox: address, outcome: 'disabled' }, `${address} is disabled\n`)
    if (isListed(surroundings.config.mailboxes, address))
      terminal.err(`${address} is in MAILBOXES: take it off there, or the next start enables it again\n`)
    return true
  })
}

function isListed(addresses: readonly string[], sought: string): boolean {
  return addresses.some((address) => address.toLowerCase() === sought.toLowerCase())
}
