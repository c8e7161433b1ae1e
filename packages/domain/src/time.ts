import type { Appointment, ZonedTime } from './appointment.ts'

/** Whether the runtime's zone database knows the IANA zone. An offset, which the runtime takes too, is none. */
export function isKnownZone(timeZone: string): boolean {
  if (/^[+-]/.test(timeZone)) return false
  try {
    return Boolean(Intl.DateTimeFormat('en', { timeZone }))
  } catch {
    return false
  }
}

/**
 * The instant of a wall time, in milliseconds since 1970 UTC. A time that the clock skips in spring is read with the
 * offset before the change; of one that comes twice in autumn the first is meant (RFC 5545, 3.3.5).
 */
export function instantOf({ dateTime, timeZone }: ZonedTime): number {
  return Temporal.PlainDateTime.from(dateTime).toZonedDateTime(timeZone, { disambiguation: 'compatible' })
    .epochMilliseconds
}

/** The wall time of an instant in a zone, to the second. */
export function wallTimeOf(epochMs: number, timeZone: string): ZonedTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone)
  return { dateTime: zoned.toPlainDateTime().toString({ smallestUnit: 'second' }), timeZone }
}

/** Whether an appointment is over, so that nobody needs a mail about it. */
export function isOver(appointment: Pick<Appointment, 'end'>, nowMs: number): boolean {
  return instantOf(appointment.end) <= nowMs
}
