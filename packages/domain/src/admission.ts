import type { Sensitivity } from './appointment.ts'

/** Why an item may not cross to the other side. */
export type Refusal =
  | 'private'
  | 'confidential'
  | 'personal'
  | 'recurring'
  | 'attendeeCopy'
  | 'responseNotSupported'

/** A sensitivity that may keep an appointment at home. */
export const hidingSensitivities = ['private', 'confidential', 'personal'] as const
export type HidingSensitivity = (typeof hidingSensitivities)[number]

/** What admission looks at. It reads no content, so that a refused item's content need not be fetched. */
export type Admissible = { readonly sensitivity: Sensitivity; readonly isRecurring: boolean }

export type AdmissionRules = { readonly refusePersonal: boolean }

/**
 * Says why an item may not cross, or `undefined` if it may. The one rule for both directions.
 *
 * Privacy outranks recurrence, so that nothing about a private series, not even that it is one, ends up in a log.
 */
export function refusalOf(
  { sensitivity, isRecurring }: Admissible,
  rules: AdmissionRules = { refusePersonal: false },
): Refusal | undefined {
  if (sensitivity === 'private' || sensitivity === 'confidential') return sensitivity
  if (sensitivity === 'personal' && rules.refusePersonal) return 'personal'
  return isRecurring ? 'recurring' : undefined
}
