import { readFileSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse/sync'
import { CommandError, exitCodes } from '../terminal.ts'

/** Names of the column with the addresses: ours, and those that Exchange and directories write when they export. */
const columns = ['address', 'primarysmtpaddress', 'windowsemailaddress', 'emailaddress', 'email', 'mail']

/** The addresses on the command line and in a file, each once, in their order. */
export function readAddresses(given: readonly string[], csvFile: string | undefined): string[] {
  const all = [...given, ...(csvFile === undefined ? [] : addressesInCsv(readText(csvFile), csvFile))]
  const trimmed = all.map((address) => address.trim()).filter(Boolean)
  if (trimmed.length === 0)
    throw new CommandError('Name addresses, or a file with them: --csv mailboxes.csv', exitCodes.usage)
  const seen = new Set<string>()
  return trimmed.filter((address) => {
    const key = address.toLowerCase()
    return !seen.has(key) && seen.add(key)
  })
}

/** Separated by commas, semicolons or tabs; the first line names the columns. */
export function addressesInCsv(text: string, file: string): string[] {
  const rows = rowsOf(text, file)
  const [header = []] = rows
  const names = header.map((name) => name.toLowerCase())
  const column = columns.map((name) => names.indexOf(name)).find((index) => index >= 0)
  if (column === undefined) {
    throw new CommandError(
      `${file}: the first line has to name a column "address" (its columns: ${header.length})`,
      exitCodes.usage,
    )
  }
  return rows.slice(1).map((row) => row[column] ?? '')
}

function rowsOf(text: string, file: string): string[][] {
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
    throw new CommandError(`${file}: is not CSV (${error.code})`, exitCodes.usage)
  }
}

/** In UTF-8, or what a byte order mark says. */
function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes)
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new CommandError(`${file} cannot be read (${code})`, exitCodes.usage)
  }
}
