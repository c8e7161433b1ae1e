import { expect, test } from 'vitest'
import { addressesInCsv as read } from './addresses-in-csv.ts'

const alice = 'alice@contoso.example'
const bob = 'bob@contoso.example'
const addressesInCsv = (text: string) => read(new TextEncoder().encode(text))

test.each([
  ['commas', `address\n${alice}\n${bob}\n`],
  ['semicolons, quotes and other columns', `Name;Address\r\n"Adams; Alice";${alice}\r\n"Bob";"${bob}"\r\n`],
  ['tabs', `Id\tADDRESS\n1\t${alice}\n2\t${bob}`],
  [
    'what Get-Mailbox | Export-Csv writes',
    `#TYPE System.Object\r\n"Alias","PrimarySmtpAddress"\r\n"a","${alice}"\r\n"b","${bob}"\r\n`,
  ],
  ['empty lines and blanks', `address\n\n ${alice} \n\n${bob}\n`],
])('reads addresses from CSV with %s', (_what, text) => {
  expect(addressesInCsv(text)).toEqual([alice, bob])
})

test.each([
  ['no such column', `name\n${alice}\n`, 'name a column "address"'],
  ['an open quote', `address\n"${alice}\n`, 'is not CSV'],
  ['nothing', '', 'name a column "address"'],
])('says what is wrong with %s, and nothing of what is in it', (_what, text, message) => {
  expect(() => addressesInCsv(text)).toThrow(message)
  expect(() => addressesInCsv(text)).not.toThrow('alice')
})

test('reads UTF-16, as Excel and PowerShell write it', () => {
  expect(read(Buffer.from(`\uFEFFaddress\r\n${alice}\r\n`, 'utf16le'))).toEqual([alice])
})
