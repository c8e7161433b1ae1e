import { schemaViolation } from '../soap/errors.ts'
import { instantOf } from './zones.ts'

const dateTime = /^(-?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/
const dateOnly = /^\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?$/

/** Reads an xs:dateTime; one that names no offset is read in `zone` (a Windows id). */
export function readInstant(text: string, zone: string): number {
  const match = dateTime.exec(text.trim())
  if (!match) throw schemaViolation(`'${text}' is not a valid dateTime`)
  try {
    return match[2] ? Temporal.Instant.from(text.trim()).epochMilliseconds : instantOf(match[1] ?? '', zone)
  } catch (error) {
    if (error instanceof RangeError) throw schemaViolation(`'${text}' is not a valid dateTime`)
    throw error
  }
}

/** Checks an xs:dateTime without resolving it. */
export function checkDateTime(text: string): string {
  readInstant(text, 'UTC')
  return text.trim()
}

/** Reads an xs:date and drops its offset, which says nothing about a civil date. */
export function readDate(text: string): string {
  if (!dateOnly.test(text.trim())) throw schemaViolation(`'${text}' is not a valid date`)
  return text.trim().slice(0, 10)
}

/** Writes an instant as Exchange does: UTC, whole seconds. */
export function writeInstant(instantMs: number): string {
  return `${new Date(Math.floor(instantMs / 1000) * 1000).toISOString().slice(0, 19)}Z`
}
