import { CsvError, parse } from 'csv-parse/sync'

/** A list of mailboxes is of no use, and why; nothing of what is in it. */
export class AddressListError extends Error {
  override name = 'AddressListError'
}

/** Names of the column with the addresses: ours, and those that Exchange and directories write when they export. */
const columns = ['address', 'primarysmtpaddress', 'windowsemailaddress', 'emailaddress', 'email', 'mail']

/**
 * The addresses in a CSV file, separated by commas, semicolons or tabs, in UTF-8 or what a byte order mark says; its
 * first line names the columns. @throws {AddressListError}
 */
export function addressesInCsv(bytes: Uint8Array): string[] {
  const rows = rowsOf(textOf(bytes))
  const [header = []] = rows
  const names = header.map((name) => name.toLowerCase())
  const column = columns.map((name) => names.indexOf(name)).find((index) => index >= 0)
  if (column === undefined) {
    throw new AddressListError(
      `the first line has to name a column "address" (its columns: ${header.length})`,
    )
  }
  return rows.slice(1).map((row) => row[column] ?? '')
}

/** Each address once, in whatever case, where it stands first. */
export function eachOnce(addresses: readonly string[]): string[] {
  const seen = new Set<string>()
  return addresses
    .map((address) => address.trim())
    .filter((address) => {
      const key = address.toLowerCase()
      return key !== '' && !seen.has(key) && seen.add(key)
    })
}

function rowsOf(text: string): string[][] {
  try {
    return parse(text, {
      delimiter: [',', ';', '\t'],
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      // Windows PowerShell writes the type of what it exports first.
      comment: '#',
      comment_no_infix: true,
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new AddressListError(`is not CSV (${error.code})`)
  }
}

function textOf(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes)
}
