/** What a proxy says of the connection that it passes on. `local` as source: it speaks for itself, as for its health checks. */
export type ProxyHeader = { readonly source: string; readonly length: number }

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const longestV1 = 107

/** Addresses, and whatever else a proxy may tell; what we are told of must be short. */
const longestV2 = 16 + 2_048

/**
 * Reads a PROXY protocol header, version 1 or 2, from the first bytes of a connection. `undefined`: more bytes are needed.
 *
 * @throws {SyntaxError} if the bytes begin with none
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  const begin = bytes.subarray(0, signature.length)
  if (begin.equals(signature.subarray(0, begin.length))) {
    return bytes.length < 16 ? undefined : readV2(bytes)
  }
  if (!'PROXY '.startsWith(begin.toString('latin1', 0, 6))) throw noHeader()
  return readV1(bytes)
}

function readV1(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.subarray(0, longestV1).indexOf('\r\n')
  if (end < 0) {
    if (bytes.length >= longestV1) throw noHeader()
    return undefined
  }
  const [, family, source = '', target] = bytes.toString('latin1', 0, end).split(' ')
  const length = end + 2
  if (family === 'UNKNOWN') return { source: 'local', length }
  if ((family !== 'TCP4' && family !== 'TCP6') || target === undefined) throw noHeader()
  return { source, length }
}

const local = 0x20
const proxied = 0x21
const overTcp4 = 0x11
const overTcp6 = 0x21

function readV2(bytes: Buffer): ProxyHeader | undefined {
  const [command, family, size] = [bytes[12], bytes[13], bytes.readUInt16BE(14)]
  const length = 16 + size
  if (length > longestV2 || (command !== local && command !== proxied)) throw noHeader()
  if (bytes.length < length) return undefined
  if (command === local) return { source: 'local', length }
  if (family === overTcp4 && size >= 12) return { source: bytes.subarray(16, 20).join('.'), length }
  if (family === overTcp6 && size >= 36) return { source: ipv6(bytes.subarray(16, 32)), length }
  throw noHeader()
}

function ipv6(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(2 * group).toString(16)).join(':')
}

function noHeader(): SyntaxError {
  return new SyntaxError('no PROXY protocol header')
}
