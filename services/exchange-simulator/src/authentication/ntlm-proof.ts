import { createHmac, timingSafeEqual } from 'node:crypto'
import { md4 } from './md4.ts'
import { type Authenticate, avId, avPairsOf } from './ntlm-messages.ts'

/** The first two messages of a handshake as they went over the wire. */
export type Handshake = {
  readonly challenge: Buffer
  readonly negotiateMessage: Buffer
  readonly challengeMessage: Buffer
}

const micOffset = 72

/**
 * Whether the third message proves that its sender knows the password: NTLMv2
 * only ([MS-NLMP] 3.3.2), and the integrity code over all three messages where
 * the sender says that there is one.
 */
export function provesPassword(given: Authenticate, password: string, handshake: Handshake): boolean {
  const { ntResponse, user, domain } = given
  // 24 bytes are NTLMv1, which Exchange has turned off for long.
  if (ntResponse.length < 48) return false
  const owner = Buffer.from(user.toUpperCase() + domain, 'utf16le')
  const responseKey = hmac(md4(Buffer.from(password, 'utf16le')), owner)
  const proof = hmac(responseKey, handshake.challenge, ntResponse.subarray(16))
  if (!timingSafeEqual(proof, ntResponse.subarray(0, 16))) return false
  const saysFlags = avPairsOf(ntResponse).get(avId.flags)
  const hasCode = saysFlags !== undefined && saysFlags.length === 4 && (saysFlags.readUInt32LE(0) & 2) !== 0
  return !hasCode || isUntouched(given, hmac(responseKey, proof), handshake)
}

function isUntouched(given: Authenticate, baseKey: Buffer, handshake: Handshake): boolean {
  const { message, exchangesKey, encryptedSessionKey } = given
  if (message.length < micOffset + 16) return false
  const key = exchangesKey && encryptedSessionKey.length === 16 ? rc4(baseKey, encryptedSessionKey) : baseKey
  const bare = Buffer.from(message)
  bare.fill(0, micOffset, micOffset + 16)
  const code = hmac(key, handshake.negotiateMessage, handshake.challengeMessage, bare)
  return timingSafeEqual(code, message.subarray(micOffset, micOffset + 16))
}

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const code = createHmac('md5', key)
  for (const part of parts) code.update(part)
  return code.digest()
}

function rc4(key: Buffer, text: Buffer): Buffer {
  const box = Array.from({ length: 256 }, (_, index) => index)
  const swap = (left: number, right: number): void => {
    ;[box[left], box[right]] = [box[right]!, box[left]!]
  }
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + box[i]! + key[i % key.length]!) & 255
    swap(i, j)
  }
  let i = 0
  let j = 0
  return Buffer.from(
    text.map((byte) => {
      i = (i + 1) & 255
      j = (j + box[i]!) & 255
      swap(i, j)
      return byte ^ box[(box[i]! + box[j]!) & 255]!
    }),
  )
}
