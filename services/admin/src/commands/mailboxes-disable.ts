import type { Command } from 'commander'
import { readAddresses } from '../mailboxes/read-addresses.ts'
import { createTeller } from '../output/teller.ts'
import { ledgerOf, type Surroundings, withSurroundings } from '../surroundings.ts'
import { exitCodes, type Terminal } from '../terminal.ts'
import { csvOption, jsonOption, type Run } from './options.ts'

const help = `
What is known of a mailbox is erased, and its notifications end. Nothing is deleted in Exchange or in the application.`

/** `mailboxes disable` */
export function addDisable(mailboxes: Command, run: Run): void {
  const command = mailboxes
    .command('disable')
    .description('end the synchronisation of mailboxes, and forget them')
    .argument('[addresses...]', 'addresses of enabled mailboxes')
    .addOption(csvOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
  command.action((given: string[], options: { csv?: string; json?: true }) =>
    run((terminal) => {
      const addresses = readAddresses(given, options.csv)
      return withSurroundings(terminal, (around) =>
        disableAll(around, addresses, terminal, options.json === true),
      )
    })(),
  )
}

async function disableAll(
  around: Surroundings,
  addresses: readonly string[],
  terminal: Terminal,
  isJson: boolean,
): Promise<number> {
  const ledger = ledgerOf(around)
  const teller = createTeller(terminal, isJson)
  const atStart = new Set(around.config.mailboxes.map((address) => address.toLowerCase()))
  let unknown = 0
  for (const address of addresses) {
    const mailbox = await ledger.find(address)
    if (mailbox) await ledger.forget(mailbox.id, Date.now())
    else unknown += 1
    const outcome = mailbox ? 'disabled' : 'notEnabled'
    teller.fact({ mailbox: address, outcome }, `${address} ${mailbox ? 'is disabled' : 'is not enabled'}\n`)
    if (mailbox && atStart.has(address.toLowerCase()))
      terminal.err(`${address} is in MAILBOXES: take it off there, or the next start enables it again\n`)
  }
  return unknown > 0 ? exitCodes.failed : exitCodes.ok
}
