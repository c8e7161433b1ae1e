/** What goes over the wire in a handshake of NTLM ([MS-NLMP] 2.2.1). */

const signature = Buffer.from('NTLMSSP\0', 'latin1')
/** Windows 10.0, NTLM revision 15: nobody looks, but the place must be filled where the flag is set. */
const version = Buffer.from('0a0000000000000f', 'hex')

/** Unicode, target, NTLM, always sign, extended session security, version, 128 and 56 bits. No key exchange. */
const wanted = 0xa2088205
const unicode = 0x1

export const avId = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const

export type AvPairs = ReadonlyMap<number, Buffer>

export type Challenge = {
  readonly serverChallenge: Buffer
  readonly flags: number
  readonly targetInfo: AvPairs
}

export type AuthenticateFields = {
  readonly flags: number
  readonly lmResponse: Buffer
  readonly ntResponse: Buffer
  readonly domain: string
  readonly user: string
  readonly workstation: string
}

/** Where the integrity code lies in the third message. */
export const micAt = 72

export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40)
  signature.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(wanted, 12)
  version.copy(message, 32)
  return message
}

/** Reads the server's message; `undefined` where it is none, or offers no NTLMv2 in Unicode. */
export function readChallenge(message: Buffer): Challenge | undefined {
  if (message.length < 48 || !message.subarray(0, 8).equals(signature) || message.readUInt32LE(8) !== 2) {
    return undefined
  }
  const flags = message.readUInt32LE(20)
  const length = message.readUInt16LE(40)
  const offset = message.readUInt32LE(44)
  if (!(flags & unicode) || offset + length > message.length) return undefined
  return {
    serverChallenge: message.subarray(24, 32),
    flags,
    targetInfo: readAvPairs(message.subarray(offset, offset + length)),
  }
}

/** The third message, with its integrity code left empty. */
export function authenticateMessage(fields: AuthenticateFields): Buffer {
  const { flags, lmResponse, ntResponse, domain, user, workstation } = fields
  const texts = [domain, user, workstation].map((text) => Buffer.from(text, 'utf16le'))
  const head = Buffer.alloc(micAt + 16)
  signature.copy(head)
  head.writeUInt32LE(3, 8)
  const parts = [lmResponse, ntResponse, ...texts, Buffer.alloc(0)]
  let offset = head.length
  for (const [index, part] of parts.entries()) {
    head.writeUInt16LE(part.length, 12 + index * 8)
    head.writeUInt16LE(part.length, 14 + index * 8)
    head.writeUInt32LE(offset, 16 + index * 8)
    offset += part.length
  }
  head.writeUInt32LE((flags & wanted) >>> 0, 60)
  version.copy(head, 64)
  return Buffer.concat([head, ...parts])
}

export function writeAvPairs(pairs: AvPairs): Buffer {
  const written = [...pairs].map(([id, value]) => {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(id, 0)
    head.writeUInt16LE(value.length, 2)
    return Buffer.concat([head, value])
  })
  return Buffer.concat([...written, Buffer.alloc(4)])
}

function readAvPairs(bytes: Buffer): AvPairs {
  const pairs = new Map<number, Buffer>()
  for (let offset = 0; offset + 4 <= bytes.length;) {
    const id = bytes.readUInt16LE(offset)
    const end = offset + 4 + bytes.readUInt16LE(offset + 2)
    if (id === avId.end || end > bytes.length) break
    pairs.set(id, bytes.subarray(offset + 4, end))
    offset = end
  }
  return pairs
}
