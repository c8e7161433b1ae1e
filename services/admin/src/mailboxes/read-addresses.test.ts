import { expect, test } from 'vitest'
import { addressesInCsv, readAddresses } from './read-addresses.ts'

const alice = 'alice@contoso.example'
const bob = 'bob@contoso.example'

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
  expect(addressesInCsv(text, 'm.csv')).toEqual([alice, bob])
})

test.each([
  ['no such column', `name\n${alice}\n`, 'name a column "address"'],
  ['an open quote', `address\n"${alice}\n`, 'is not CSV'],
  ['nothing', '', 'name a column "address"'],
])('says what is wrong with %s, and nothing of what is in it', (_what, text, message) => {
  expect(() => addressesInCsv(text, 'm.csv')).toThrow(message)
  expect(() => addressesInCsv(text, 'm.csv')).not.toThrow('alice')
})

test('each address counts once, in whatever case, where it stands first', () => {
  expect(readAddresses([alice, bob, 'Alice@contoso.example', ' '], undefined)).toEqual([alice, bob])
  expect(() => readAddresses([], undefined)).toThrow('Name addresses')
  expect(() => readAddresses([], '/nowhere/m.csv')).toThrow('/nowhere/m.csv cannot be read (ENOENT)')
})
