/** What the messages of NTLM look like on the wire ([MS-NLMP] 2.2.1). */

const signature = Buffer.from('NTLMSSP\0', 'latin1')

const flags = {
  unicode: 0x1,
  requestTarget: 0x4,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  targetIsDomain: 0x10000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const

/** Kinds of AV_PAIR in the target information. */
export const avId = { flags: 6, channelBindings: 10 } as const

export type Authenticate = {
  readonly user: string
  readonly domain: string
  readonly ntResponse: Buffer
  readonly encryptedSessionKey: Buffer
  readonly exchangesKey: boolean
  /** The whole message: what its integrity code covers. */
  readonly message: Buffer
}

/** The number of an NTLM message, or `undefined` where it is none. */
export function messageType(message: Buffer): number | undefined {
  return message.length >= 12 && message.subarray(0, 8).equals(signature)
    ? message.readUInt32LE(8)
    : undefined
}

/** The second message: the server's challenge and what it says of itself. */
export function writeChallenge(challenge: Buffer, negotiate: Buffer, at: number): Buffer {
  const asked = negotiate.length >= 16 ? negotiate.readUInt32LE(12) : 0
  const kept = asked & (flags.alwaysSign | flags.extendedSecurity | flags.key128 | flags.key56)
  const said =
    flags.unicode | flags.requestTarget | flags.ntlm | flags.targetIsDomain | flags.targetInfo | flags.version
  const target = Buffer.from('CONTOSO', 'utf16le')
  const info = targetInfo(at)
  const head = Buffer.alloc(56)
  signature.copy(head)
  head.writeUInt32LE(2, 8)
  writeField(head, 12, target.length, head.length)
  head.writeUInt32LE((kept | said) >>> 0, 20)
  challenge.copy(head, 24)
  writeField(head, 40, info.length, head.length + target.length)
  // Windows 10.0, NTLM revision 15.
  Buffer.from('0a00634500000f', 'hex').copy(head, 48)
  return Buffer.concat([head, target, info])
}

/** The third message; `undefined` where it is cut short. */
export function readAuthenticate(message: Buffer): Authenticate | undefined {
  if (message.length < 64) return undefined
  const negotiated = message.readUInt32LE(60)
  const encoding = negotiated & flags.unicode ? 'utf16le' : 'latin1'
  const parts = [20, 28, 36, 52].map((offset) => readField(message, offset))
  const [ntResponse, domain, user, encryptedSessionKey] = parts
  if (!ntResponse || !domain || !user || !encryptedSessionKey) return undefined
  return {
    user: user.toString(encoding),
    domain: domain.toString(encoding),
    ntResponse,
    encryptedSessionKey,
    exchangesKey: (negotiated & flags.keyExchange) !== 0,
    message,
  }
}

/** The AV_PAIRs in an NTLMv2 response. */
export function avPairsOf(ntResponse: Buffer): Map<number, Buffer> {
  const pairs = new Map<number, Buffer>()
  for (let offset = 44; offset + 4 <= ntResponse.length;) {
    const id = ntResponse.readUInt16LE(offset)
    const end = offset + 4 + ntResponse.readUInt16LE(offset + 2)
    if (id === 0 || end > ntResponse.length) break
    pairs.set(id, ntResponse.subarray(offset + 4, end))
    offset = end
  }
  return pairs
}

function targetInfo(at: number): Buffer {
  const fileTime = Buffer.alloc(8)
  fileTime.writeBigUInt64LE((BigInt(at) + 11_644_473_600_000n) * 10_000n)
  return Buffer.concat([
    avPair(2, Buffer.from('CONTOSO', 'utf16le')),
    avPair(1, Buffer.from('EXCHANGE', 'utf16le')),
    avPair(4, Buffer.from('contoso.example', 'utf16le')),
    avPair(3, Buffer.from('exchange.contoso.example', 'utf16le')),
    avPair(5, Buffer.from('contoso.example', 'utf16le')),
    avPair(7, fileTime),
    avPair(0, Buffer.alloc(0)),
  ])
}

function avPair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(id, 0)
  head.writeUInt16LE(value.length, 2)
  return Buffer.concat([head, value])
}

function writeField(head: Buffer, at: number, length: number, offset: number): void {
  head.writeUInt16LE(length, at)
  head.writeUInt16LE(length, at + 2)
  head.writeUInt32LE(offset, at + 4)
}

function readField(message: Buffer, at: number): Buffer | undefined {
  const length = message.readUInt16LE(at)
  const offset = message.readUInt32LE(at + 4)
  return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined
}
