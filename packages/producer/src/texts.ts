import { z } from 'zod'
import { limits } from './limits.ts'

/** What XML can carry, and so Exchange: no control characters, no halves of surrogate pairs. */
const xmlText = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u
const printable = /^[^\p{C}\p{Zl}\p{Zp}]*$/u

/** Text that Exchange can hold. */
export function text(maxLength: number = limits.textLength) {
  return z.string().max(maxLength).regex(xmlText, { error: 'holds a character that Exchange cannot store' })
}

export const body = z
  .string()
  .regex(xmlText, { error: 'holds a character that Exchange cannot store' })
  .refine((content) => Buffer.byteLength(content) <= limits.bodyBytes, {
    error: `is larger than ${limits.bodyBytes / 1024} KiB`,
  })

/** An id that can be shown, logged and put into a URL. */
export const printableId = z
  .string()
  .min(1)
  .max(limits.appointmentIdLength)
  .regex(printable, { error: 'holds a character that cannot be printed' })

export const address = z
  .email({ pattern: z.regexes.unicodeEmail, error: 'is not an e-mail address' })
  .max(254)
