import type { Appointment } from './appointment.ts'
import { normalisedBody, normalisedText } from './text.ts'

/**
 * The parts of an appointment that are compared and merged one by one. Start, end and all-day are one field: merged
 * apart they could make an appointment that neither side ever had. The attendees' responses are a field of their own:
 * only Exchange changes them.
 */
export const fields = [
  'subject',
  'body',
  'when',
  'location',
  'showAs',
  'sensitivity',
  'importance',
  'reminderMinutesBeforeStart',
  'categories',
  'attendees',
  'responses',
] as const

export type Field = (typeof fields)[number]

/** The property names of the wire contract that a field stands for. */
export function propertiesOf(field: Field): readonly (keyof Appointment)[] {
  if (field === 'when') return ['start', 'end', 'isAllDay']
  return [field === 'responses' ? 'attendees' : field]
}

/** A keyed digest (HMAC) of a text, short enough to keep and long enough not to collide. */
export type Digest = (text: string) => string

/** One digest for each field. Says whether two values are the same, never what they are. */
export type Fingerprints = Readonly<Record<Field, string>>

/** Fingerprints of an appointment, after the normalisation that keeps the two sides from ping-ponging. */
export function fingerprintsOf(appointment: Appointment, digest: Digest): Fingerprints {
  const entries = fields.map(
    (field) => [field, digest(`${field}\n${canonical(appointment, field)}`)] as const,
  )
  return Object.fromEntries(entries) as Record<Field, string>
}

/** The fields in which two sets of fingerprints differ, as far as both know them. */
export function differingFields(a: Partial<Fingerprints>, b: Partial<Fingerprints>): Field[] {
  return fields.filter((field) => a[field] !== undefined && b[field] !== undefined && a[field] !== b[field])
}

/** A copy without the named fields. */
export function without(fingerprints: Partial<Fingerprints>, names: readonly Field[]): Partial<Fingerprints> {
  return Object.fromEntries(Object.entries(fingerprints).filter(([field]) => !names.includes(field as Field)))
}

/** A copy with only the named fields. */
export function only(fingerprints: Partial<Fingerprints>, names: readonly Field[]): Partial<Fingerprints> {
  return Object.fromEntries(Object.entries(fingerprints).filter(([field]) => names.includes(field as Field)))
}

/** Fingerprints that differ from whatever is there. */
export function differing(names: readonly Field[]): Partial<Fingerprints> {
  return Object.fromEntries(names.map((field) => [field, '']))
}

function canonical(appointment: Appointment, field: Field): string {
  switch (field) {
    case 'subject':
    case 'location':
      return normalisedText(appointment[field])
    case 'body':
      return normalisedBody(appointment.body)
    case 'when':
      return canonicalWhen(appointment)
    case 'categories':
      return JSON.stringify(appointment.categories.toSorted())
    case 'attendees':
      return canonicalSet(
        appointment.attendees.map(({ address, type }) => `${address.toLowerCase()} ${type}`),
      )
    case 'responses':
      return canonicalSet(
        appointment.attendees.map(
          ({ address, response }) => `${address.toLowerCase()} ${response ?? 'none'}`,
        ),
      )
    default:
      return String(appointment[field])
  }
}

/** An all-day appointment is a range of civil dates: the hours and the zone it was written with say nothing. */
function canonicalWhen({ isAllDay, start, end }: Appointment): string {
  if (isAllDay) return `${start.dateTime.slice(0, 10)} ${end.dateTime.slice(0, 10)}`
  return [start, end].map(({ dateTime, timeZone }) => `${dateTime.slice(0, 19)} ${timeZone}`).join(' ')
}

/** Attendees are a set, not a list; their names do not count, since Exchange rewrites them from its directory. */
function canonicalSet(entries: readonly string[]): string {
  return entries.toSorted().join('\n')
}
