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

const daySeconds = 86_400
const mostDays = 10_000
const writtenDays = new Map<number, string>()

/** Writes an instant as Exchange does: UTC, whole seconds. */
export function writeInstant(instantMs: number): string {
  const seconds = Math.floor(instantMs / 1000)
  const day = Math.floor(seconds / daySeconds)
  const rest = seconds - day * daySeconds
  const [hour, minute, second] = [Math.floor(rest / 3_600), Math.floor(rest / 60) % 60, rest % 60]
  return `${writeDay(day)}T${two(hour)}:${two(minute)}:${two(second)}Z`
}

// An answer holds the same few days over and over, and writing one takes long.
function writeDay(day: number): string {
  const known = writtenDays.get(day)
  if (known !== undefined) return known
  if (writtenDays.size >= mostDays) writtenDays.clear()
  const written = new Date(day * daySeconds * 1000).toISOString().split('T')[0] ?? ''
  writtenDays.set(day, written)
  return written
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}
