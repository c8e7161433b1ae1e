import { BlockList, isIP } from 'node:net'

/** An address, or a range of them (CIDR). */
export type Network = { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' }

const bits = { ipv4: 32, ipv6: 128 } as const

/** IPv4 written as IPv6 begins so: the first 96 bits. */
const mapped = /^::ffff:(?=\d+\.)/i

/** `10.1.2.3`, `10.0.0.0/8`, `2001:db8::/32`, or `undefined`. IPv4 written as IPv6 (`::ffff:10.0.0.0/104`) is IPv4. */
export function parseNetwork(text: string): Network | undefined {
  const [written = '', length, ...rest] = text.trim().split('/')
  if (rest.length > 0 || isIP(written) === 0) return undefined
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined

  const address = written.replace(mapped, '')
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  const given = length === undefined ? bits[isIP(written) === 4 ? 'ipv4' : 'ipv6'] : Number(length)
  const prefix = address === written ? given : given - 96
  return prefix >= 0 && prefix <= bits[family] ? { address, prefix, family } : undefined
}

/** Whether an address is in one of the networks. IPv4 is the same in either form. */
export function inNetworks(networks: readonly Network[]): (address: string) => boolean {
  const known = new BlockList()
  for (const { address, prefix, family } of networks) known.addSubnet(address, prefix, family)
  return (address) => {
    const version = isIP(address)
    return version !== 0 && known.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** The network around an address, for logs: enough to find out whose it is, and nobody's own address. */
export function networkAround(address: string): string {
  const plain = address.replace(mapped, '')
  if (isIP(plain) === 4) return `${plain.split('.').slice(0, 3).join('.')}.0/24`
  if (isIP(plain) !== 6) return 'unknown'
  const groups = plain.split('::')[0]!.split(':').filter(Boolean)
  return `${groups.slice(0, 3).join(':')}::/48`
}

/** Under which name the DNS has the names of an address. */
export function reverseName(address: string): string {
  const plain = address.replace(mapped, '')
  if (isIP(plain) === 4) return `${plain.split('.').toReversed().join('.')}.in-addr.arpa`
  // A URL writes the address without an IPv4 part and with one `::` at most.
  const [head = '', tail] = new URL(`http://[${plain.split('%')[0]!}]`).hostname.slice(1, -1).split('::')
  const groupsOf = (text: string | undefined) => (text ? text.split(':') : [])
  const [before, after] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const digits = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('')
  return `${digits.split('').toReversed().join('.')}.ip6.arpa`
}
