import { readFileSync } from 'node:fs'
import { AddressListError, addressesInCsv, eachOnce } from '@lockstep/connections'
import { CommandError, exitCodes } from '../terminal.ts'

/** The addresses on the command line and in a file, each once, in their order. */
export function readAddresses(given: readonly string[], csvFile: string | undefined): string[] {
  const addresses = eachOnce([...given, ...(csvFile === undefined ? [] : addressesInFile(csvFile))])
  if (addresses.length > 0) return addresses
  throw new CommandError('Name addresses, or a file with them: --csv mailboxes.csv', exitCodes.usage)
}

function addressesInFile(file: string): string[] {
  try {
    return addressesInCsv(readFileSync(file))
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    const why = error instanceof AddressListError ? `: ${error.message}` : ` cannot be read (${code})`
    throw new CommandError(`${file}${why}`, exitCodes.usage)
  }
}
