import { createHmac } from 'node:crypto'

/** 128 bits, written in 22 characters. */
const digestLength = 22

/**
 * A keyed digest of texts (HMAC-SHA-256, RFC 2104), so that what is remembered of a content tells whether another is the
 * same, and nothing to those who lack the deployment's key.
 */
export function createDigest(key: string): (text: string) => string {
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, digestLength)
}
