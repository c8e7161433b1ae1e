import type { Ledger } from '@lockstep/ledger'
import type { Command } from 'commander'
import { readAddresses } from '../mailboxes/read-addresses.ts'
import { createTeller, type Teller } from '../output/teller.ts'
import { ledgerOf, type Surroundings, withSurroundings } from '../surroundings.ts'
import { exitCodes, type Terminal } from '../terminal.ts'
import { csvOption, jsonOption, type Run } from './options.ts'

type Around = {
  readonly surroundings: Surroundings
  readonly ledger: Ledger
  readonly teller: Teller
  readonly terminal: Terminal
}

/**
 * Makes it a command for enabled mailboxes, named one by one or in a file. `act` says whether all is well with one; if
 * not, the others are seen to all the same, and the command has failed.
 */
export function forEachMailbox(
  command: Command,
  run: Run,
  act: (address: string, around: Around) => Promise<boolean>,
): void {
  command
    .argument('[addresses...]', 'addresses of enabled mailboxes')
    .addOption(csvOption())
    .addOption(jsonOption())
    .action((given: string[], options: { csv?: string; json?: true }) =>
      run((terminal) => {
        const addresses = readAddresses(given, options.csv)
        return withSurroundings(terminal, async (surroundings) => {
          const ledger = ledgerOf(surroundings)
          const teller = createTeller(terminal, options.json === true)
          let failed = 0
          for (const address of addresses)
            if (!(await act(address, { surroundings, ledger, teller, terminal }))) failed += 1
          return failed > 0 ? exitCodes.failed : exitCodes.ok
        })
      })(),
    )
}
