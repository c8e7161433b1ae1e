import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const cipher = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16
/** Texts are filled up to a multiple of this, so that their length says little. */
const paddedTo = 1_024

export type Seal = {
  /** The context is not kept with it; without the same one it cannot be opened. */
  seal(text: string, context: string): string
  /** `undefined` if it was sealed with another key or for another context, or was tampered with. */
  open(sealed: string, context: string): string | undefined
}

/**
 * Seals texts that are kept for a while (AES-256-GCM), with a key that is derived from the deployment's secret for this
 * purpose alone (HKDF, RFC 5869).
 */
export function createSeal(secret: string, purpose: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `lockstep ${purpose}`, 32))
  return {
    seal(text, context) {
      const nonce = randomBytes(nonceLength)
      const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(context))
      const sealed = [sealing.update(padded(text)), sealing.final()]
      return Buffer.concat([nonce, sealing.getAuthTag(), ...sealed]).toString('base64url')
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url')
      const nonce = bytes.subarray(0, nonceLength)
      const tag = bytes.subarray(nonceLength, nonceLength + tagLength)
      if (tag.length < tagLength) return undefined
      try {
        const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagLength })
        opening.setAuthTag(tag).setAAD(Buffer.from(context))
        return unpadded(
          Buffer.concat([opening.update(bytes.subarray(nonceLength + tagLength)), opening.final()]),
        )
      } catch {
        return undefined
      }
    },
  }
}

/** The text, a byte that no text holds, and zeros. */
function padded(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Math.ceil((bytes.length + 1) / paddedTo) * paddedTo
  const filled = Buffer.alloc(length)
  bytes.copy(filled)
  filled[bytes.length] = 0xff
  return filled
}

function unpadded(bytes: Buffer): string {
  return bytes.subarray(0, bytes.lastIndexOf(0xff)).toString('utf8')
}
