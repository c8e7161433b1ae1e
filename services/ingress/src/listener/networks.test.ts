import { describe, expect, test } from 'vitest'
import { inNetworks, networkAround, parseNetwork, reverseName } from './networks.ts'

describe('an address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.7', '::ffff:192.0.2.7', true],
    ['192.0.2.7', '::ffff:c000:207', true],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['::ffff:192.0.2.0/120', '192.0.2.200', true],
    ['::ffff:192.0.2.0/120', '192.0.3.1', false],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.1.2.3/8', '10.200.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['40.96.0.0/13', '40.103.255.255', true],
    ['40.96.0.0/13', '40.104.0.0', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2603:1006::/40', '2603:1006:00ff::1', true],
    ['2603:1006::/40', '2603:1006:0100::1', false],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
    ['10.0.0.0/8', 'ten', false],
  ])('%s holds %s: %s', (network, address, expected) => {
    expect(inNetworks([parseNetwork(network)!])(address)).toBe(expected)
  })

  test.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/95',
    'a.b',
    '1e1.0.0.1',
  ])('%j is neither address nor range', (text) => {
    expect(parseNetwork(text)).toBeUndefined()
  })

  test.each([
    ['192.0.2.7', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.0/24'],
    ['2001:db8:5:6::7', '2001:db8:5::/48'],
    ['::1', '::/48'],
    ['x', 'unknown'],
  ])('%s is told as %s', (address, expected) => {
    expect(networkAround(address)).toBe(expected)
  })

  test.each([
    ['192.0.2.7', '7.2.0.192.in-addr.arpa'],
    ['::ffff:192.0.2.7', '7.2.0.192.in-addr.arpa'],
    ['2001:db8::7', '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ['::1', `1.${'0.'.repeat(31)}ip6.arpa`],
    ['1:2:3:4:5:6:7:8', '8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa'],
  ])('the names of %s lie under %s', (address, name) => {
    expect(reverseName(address)).toBe(name)
  })
})
