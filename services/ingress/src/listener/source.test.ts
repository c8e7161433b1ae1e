import { expect, test } from 'vitest'
import { inNetworks, parseNetwork } from './networks.ts'
import { sourceOf } from './source.ts'

const isTrusted = inNetworks(['10.0.0.0/8', '2001:db8::/32'].map((text) => parseNetwork(text)!))

test.each([
  ['nobody in between', '203.0.113.9', undefined, '203.0.113.9'],
  ['a stranger who claims to pass on', '203.0.113.9', '40.96.0.1', '203.0.113.9'],
  ['a proxy of ours', '10.0.0.1', '40.96.0.1', '40.96.0.1'],
  ['a proxy of ours, as IPv4 in IPv6', '::ffff:10.0.0.1', '40.96.0.1', '40.96.0.1'],
  ['two of ours', '10.0.0.1', '40.96.0.1, 10.0.0.2', '40.96.0.1'],
  ['a stranger behind a proxy of ours who claims more', '10.0.0.1', '40.96.0.1, 203.0.113.9', '203.0.113.9'],
  ['one of ours behind one of ours', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
  ['a proxy of ours that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
  ['a port beside the address', '10.0.0.1', '40.96.0.1:4711', '40.96.0.1'],
  ['a port beside an IPv6 address', '10.0.0.1', '"[2603:1006::1]:4711"', '2603:1006::1'],
  ['no address where there should be one', '10.0.0.1', '40.96.0.1, unknown', undefined],
  ['a connection that is gone', undefined, '40.96.0.1', undefined],
])('%s', (_what, peer, forwardedFor, expected) => {
  expect(sourceOf({ peer, forwardedFor, isTrusted })).toBe(expected)
})
