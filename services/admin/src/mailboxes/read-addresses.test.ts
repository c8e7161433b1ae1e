import { expect, test } from 'vitest'
import { readAddresses } from './read-addresses.ts'

const alice = 'alice@contoso.example'
const bob = 'bob@contoso.example'

test('each address counts once, in whatever case, where it stands first', () => {
  expect(readAddresses([alice, bob, 'Alice@contoso.example', ' '], undefined)).toEqual([alice, bob])
  expect(() => readAddresses([], undefined)).toThrow('Name addresses')
  expect(() => readAddresses([], '/nowhere/m.csv')).toThrow('/nowhere/m.csv cannot be read (ENOENT)')
})
