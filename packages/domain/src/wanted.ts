import { type HidingSensitivity, hidingSensitivities, type Refusal } from './admission.ts'
import type { Appointment } from './appointment.ts'

type WantedHead = {
  readonly version: number
  /** The last revision that the application had applied when it made this version. */
  readonly basedOn?: number
  /** When the application made it (CloudEvents `time`), in milliseconds since 1970 UTC. */
  readonly atMs: number
  /** The application says that it was made in Exchange, so that it has an item, or had one. */
  readonly isFromExchange?: true
}

/** What the application wants Exchange to hold of one appointment, as of one version of it. */
export type Wanted =
  | (WantedHead & { readonly kind: 'present'; readonly appointment: Appointment })
  | (WantedHead & { readonly kind: 'absent'; readonly reason: 'cancelled' | Refusal })

/** What is left of `Wanted` once it is settled: no content. */
export type SettledWanted = WantedHead & {
  readonly kind: 'present' | 'absent'
  readonly reason?: 'cancelled' | Refusal
}

/** A newer version wins; the same or an older one is stale, also after a cancellation. */
export function isStale(version: number, known: { readonly version: number } | undefined): boolean {
  return known !== undefined && version <= known.version
}

/** The sensitivity that the application gave an appointment to keep it to itself, if that is why it is wanted absent. */
export function hiddenAs(wanted: Wanted | SettledWanted | undefined): HidingSensitivity | undefined {
  return hidingSensitivities.find(
    (sensitivity) => wanted && 'reason' in wanted && wanted.reason === sensitivity,
  )
}
